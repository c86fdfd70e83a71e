// The queries of a FiguresStore, the same for every SQL database. They read times, authors and decisions; no text leaves the database.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Decision } from '#core/conversation.ts';
import type { CaseFacts, FiguresStore } from '#core/figures.ts';
import type { TenantId } from '#core/tenant.ts';
import type { SqlBackend } from './sql-backend.ts';

/** Conversations read in one turn of the event loop: about ten milliseconds, in which nobody else is served. */
const readTogether = 50;

export function createSqlFiguresStore({ tables, messageField }: SqlBackend): FiguresStore {
  return {
    async *caseFacts(tenantId, since) {
      const rows = await tables
        .selectFrom('conversations')
        .select('id')
        .where('tenant_id', '=', tenantId)
        .where('updated_at', '>=', since)
        .where('last_sequence', '>', 0)
        .execute();
      for (let start = 0; start < rows.length; start += readTogether) {
        if (start > 0) await nextTurn();
        yield readFacts(
          tenantId,
          rows.slice(start, start + readTogether).map(({ id }) => id),
        );
      }
    },
  };

  async function readFacts(tenantId: TenantId, ids: readonly string[]): Promise<CaseFacts[]> {
    const conversations = await tables
      .selectFrom('conversations')
      .select(['id', 'created_at'])
      .where('tenant_id', '=', tenantId)
      .where('id', 'in', ids)
      .execute();
    const messages = await tables
      .selectFrom('journal')
      .select([
        'conversation_id',
        messageField('author').as('author'),
        messageField('createdAt').as('at'),
        messageField('decision').as('decision'),
      ])
      .where('tenant_id', '=', tenantId)
      .where('conversation_id', 'in', ids)
      .where('message_id', 'is not', null)
      // Not by sequence: that would read every entry, of which most are pieces of answers.
      .orderBy('position')
      .execute();
    const requests = await tables
      .selectFrom('handoffs')
      .select(['conversation_id', 'at', 'reason'])
      .where('tenant_id', '=', tenantId)
      .where('conversation_id', 'in', ids)
      .orderBy('position')
      .execute();
    const answerRatings = await tables
      .selectFrom('feedback')
      .select(['conversation_id', 'message_id', 'at', 'rating'])
      .where('tenant_id', '=', tenantId)
      .where('conversation_id', 'in', ids)
      .orderBy('position')
      .execute();
    const ratings = await tables
      .selectFrom('ratings')
      .select(['conversation_id', 'at', 'rating'])
      .where('tenant_id', '=', tenantId)
      .where('conversation_id', 'in', ids)
      .orderBy('position')
      .execute();
    const of = {
      messages: byConversation(messages),
      requests: byConversation(requests),
      answerRatings: byConversation(answerRatings),
      ratings: byConversation(ratings),
    };
    return conversations.map(({ id, created_at }) => {
      const rating = of.ratings(id).at(-1);
      const lastOfAnswer = new Map(of.answerRatings(id).map((row) => [row.message_id, row]));
      return {
        createdAt: created_at,
        replies: of
          .messages(id)
          .flatMap(({ author, at, decision }) =>
            author !== 'bot' && author !== 'person'
              ? []
              : [{ author, at: at ?? created_at, ...(decision ? { decision: decision as Decision } : {}) }],
          ),
        requests: of.requests(id).map(({ at, reason }) => ({ at, reason })),
        answerRatings: [...lastOfAnswer.values()].map(({ at, rating }) => ({ at, rating })),
        ...(rating ? { rating: { at: rating.at, rating: rating.rating } } : {}),
      };
    });
  }
}

function byConversation<Row extends { readonly conversation_id: string }>(
  rows: readonly Row[],
): (id: string) => readonly Row[] {
  const groups = Map.groupBy(rows, ({ conversation_id }) => conversation_id);
  return (id) => groups.get(id) ?? [];
}
