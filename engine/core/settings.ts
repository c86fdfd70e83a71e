// What a team sets in the console and not in the environment: kept with the conversations, in force at once.
import type { TenantId } from './tenant.ts';

export interface DeskSettings {
  /** As customers see it: title of the widget, demo page, mails. At most 60 characters; absent until somebody has given one. */
  readonly name?: string;
}

export interface SettingsStore {
  settings(tenantId: TenantId): Promise<DeskSettings>;
  /** Writes what is in `change` and leaves the rest. */
  changeSettings(tenantId: TenantId, change: DeskSettings): Promise<DeskSettings>;
}
