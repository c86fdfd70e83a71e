// Who is signed in, and the line to the server, for every page inside the frame.
import { createContext, useContext } from 'react';
import type { Permission } from '#core/access.ts';
import type { Live } from '../wire/live.ts';
import type { Me } from '../wire/types.ts';

export interface Desk {
  readonly me: Me;
  readonly live: Live;
  may(permission: Permission): boolean;
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('This page stands inside the frame.');
  return desk;
}
