import type { Permission, Role } from '#core/access.ts';

/** The types come from the server; the compiler says when a name is missing here. */
const names: Readonly<Record<Role, true>> = { admin: true, editor: true, agent: true, viewer: true };
export const roles = Object.keys(names) as Role[];

const permissionNames: Readonly<Record<Permission, true>> = {
  'inbox:read': true,
  'inbox:work': true,
  'inbox:lead': true,
  'knowledge:read': true,
  'knowledge:edit': true,
  'answers:ask': true,
  'users:manage': true,
  'settings:manage': true,
  'audit:read': true,
};
export const permissions = Object.keys(permissionNames) as Permission[];
