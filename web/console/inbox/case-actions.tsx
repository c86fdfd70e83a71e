// Buttons of one conversation. The next step stands out; the others are in menus, with keys for all.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Face } from '../parts/face.tsx';
import { Icon } from '../parts/icon.tsx';
import { Menu, MenuItem, MenuLine } from '../parts/menu.tsx';
import { useDesk } from '../shell/context.ts';
import { useKeys } from '../shell/use-keys.ts';
import { fill, t } from '../text/strings.ts';
import { peopleQuery } from '../wire/queries.ts';
import type { Handling } from '../wire/types.ts';
import { BlockDialog } from './block-dialog.tsx';
import { nextMorning, SnoozeDialog } from './snooze-dialog.tsx';
import type { CaseActions as Actions, CaseActionName } from './use-case-actions.ts';

interface CaseActionsProps {
  readonly handling: Handling;
  readonly actions: Actions;
}

const hourMs = 3_600_000;

export function CaseActions({ handling, actions }: CaseActionsProps) {
  const { may } = useDesk();
  const [open, setOpen] = useState<'assign' | 'snooze' | 'more'>();
  const [isDateOpen, setDateOpen] = useState(false);
  const [isBlockOpen, setBlockOpen] = useState(false);
  const { state, owner } = handling;
  const { mayAct, isMine, run } = actions;
  const isOff = !actions.isOnline || actions.isBusy;
  const can: Readonly<Record<CaseActionName, boolean>> = {
    take: mayAct && !isMine,
    return: mayAct && state === 'person',
    'give-back': mayAct && state !== 'bot',
    resolve: mayAct && state !== 'resolved',
    assign: mayAct && may('inbox:lead') && state !== 'resolved',
    snooze: mayAct && (state === 'waiting' || state === 'person'),
    block: mayAct,
  };
  const taken = state === 'person' && owner ? fill(t.takeFrom, owner.name) : t.take;
  const take = () => run('take', state === 'person' ? { overrides: true } : {});
  const when = (name: CaseActionName, act: () => void) => (can[name] && !isOff ? act : undefined);
  const snooze = (until: Date) => run('snooze', { until: until.toISOString() });
  const toggle = (name: NonNullable<typeof open>) => (isOpen: boolean) => setOpen(isOpen ? name : undefined);
  useKeys({
    t: when('take', take),
    q: when('return', () => run('return')),
    b: when('give-back', () => run('give-back')),
    e: when('resolve', () => run('resolve')),
    a: when('assign', () => setOpen('assign')),
    s: when('snooze', () => setOpen('snooze')),
  });
  if (!Object.values(can).some(Boolean)) return null;
  return (
    <div className="case-actions">
      {can.assign && (
        <AssignMenu
          ownerId={owner?.id}
          isOff={isOff}
          isOpen={open === 'assign'}
          onOpenChange={toggle('assign')}
          onAssign={(userId) => run('assign', { userId })}
        />
      )}
      {can.snooze && (
        <Menu
          className="button"
          disabled={isOff}
          label={t.snooze}
          isOpen={open === 'snooze'}
          onOpenChange={toggle('snooze')}
          trigger={
            <>
              <Icon name="clock" />
              <span className="label">{t.snooze}</span>
            </>
          }
        >
          <MenuItem onSelect={() => snooze(new Date(Date.now() + hourMs))}>{t.oneHour}</MenuItem>
          <MenuItem onSelect={() => snooze(nextMorning())}>{t.tomorrow}</MenuItem>
          <MenuItem onSelect={() => setDateOpen(true)}>{t.pickDate}</MenuItem>
        </Menu>
      )}
      {can.resolve && (
        <button type="button" disabled={isOff} title={t.resolve} onClick={() => run('resolve')}>
          <Icon name="check" />
          <span className="label">{t.resolve}</span>
        </button>
      )}
      {can.take && (
        <button type="button" className="main" disabled={isOff} onClick={take}>
          {taken}
        </button>
      )}
      {can.block && (
        <Menu
          className="button square"
          disabled={isOff}
          label={t.more}
          isOpen={open === 'more'}
          onOpenChange={toggle('more')}
          trigger={<Icon name="more" />}
        >
          {can['give-back'] && (
            <MenuItem onSelect={() => run('give-back')}>
              <Icon name="bot" />
              {t.giveBack}
            </MenuItem>
          )}
          {can.return && (
            <MenuItem onSelect={() => run('return')}>
              <Icon name="return" />
              {t.toQueue}
            </MenuItem>
          )}
          {(can.return || can['give-back']) && <MenuLine />}
          <MenuItem onSelect={() => setBlockOpen(true)}>
            <Icon name="danger" />
            {t.block}
          </MenuItem>
        </Menu>
      )}
      {isBlockOpen && (
        <BlockDialog
          onBlock={(until) => run('block', { until: until.toISOString() })}
          onClose={() => setBlockOpen(false)}
        />
      )}
      {isDateOpen && <SnoozeDialog onSnooze={snooze} onClose={() => setDateOpen(false)} />}
    </div>
  );
}

interface AssignMenuProps {
  readonly ownerId: string | undefined;
  readonly isOff: boolean;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly onAssign: (userId: string | null) => void;
}

function AssignMenu({ ownerId, isOff, isOpen, onOpenChange, onAssign }: AssignMenuProps) {
  const { me } = useDesk();
  const { data: people = [] } = useQuery({ ...peopleQuery, enabled: isOpen });
  return (
    <Menu
      className="button"
      disabled={isOff}
      label={t.assign}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      trigger={
        <>
          <Icon name="person" />
          <span className="label">{t.assign}</span>
        </>
      }
    >
      {people.map(({ id, name, available, open, picture }) => (
        <MenuItem key={id} onSelect={() => onAssign(id)} disabled={id === ownerId}>
          <Face name={name} picture={picture} />
          {id === me.person.id ? `${name} (${t.you})` : name}
          <span className="hint">
            {available ? '' : `${t.notHere} · `}
            {fill(t.openCases, open)}
          </span>
        </MenuItem>
      ))}
      {ownerId !== undefined && (
        <>
          <MenuLine />
          <MenuItem onSelect={() => onAssign(null)}>{t.nobody}</MenuItem>
        </>
      )}
    </Menu>
  );
}
