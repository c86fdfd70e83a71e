// What commands note in the audit log of the data folder.
import { join } from 'node:path';
import type { AuditEntry } from '#core/audit-chain.ts';
import { briefly } from '#core/errors.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';

/** Who works on the command line: who may do that may do anything with the folder, and the log cannot know who it was. */
export const commandLine = 'command-line';

/**
 * What was done stays done if it cannot be noted; that is said on standard error then. Facts are words and numbers without personal data.
 */
export async function recordAudit(
  dataDir: string,
  { action, subject, details = {} }: Pick<AuditEntry, 'action' | 'subject'> & { readonly details?: Facts },
): Promise<void> {
  try {
    const store = openSqliteConversationStore(join(dataDir, 'conversations.db'));
    try {
      await store.access.audit(defaultTenant, {
        at: new Date().toISOString(),
        actor: commandLine,
        action,
        ...(subject === undefined ? {} : { subject }),
        details: Object.fromEntries(Object.entries(details).map(([name, fact]) => [name, String(fact)])),
      });
    } finally {
      await store.close();
    }
  } catch (error) {
    process.stderr.write(`The audit log does not hold this (${briefly(error)}): ${action}\n`);
  }
}

type Facts = Readonly<Record<string, string | number | boolean>>;
