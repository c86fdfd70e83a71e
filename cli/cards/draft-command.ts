// `answerdesk cards draft`: cards for a person to correct and approve.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from '#app/config.ts';
import { openKnowledge } from '#app/open-knowledge.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { defaultTenant } from '#core/tenant.ts';
import { cardsToYaml } from '#ingest/cards/write-cards.ts';
import type { CardDraft } from '#learning/cards/card-draft.ts';
import { draftFromArticles } from '#learning/cards/draft-from-articles.ts';
import { draftFromConversations } from '#learning/cards/draft-from-conversations.ts';
import { draftFromGaps, unansweredQuestions } from '#learning/cards/draft-from-gaps.ts';
import { shippedReader } from '#learning/dialogue-acts/shipped-reader.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { openDraftingModel, openToDrafts } from '../drafting.ts';
import { lockTraining } from '../privacy/lock-data-folder.ts';
import { openPublished } from './open-published.ts';

export type DraftFrom = 'conversations' | 'gaps' | 'articles';

export interface DraftRequest {
  readonly from: DraftFrom;
  readonly out: string | undefined;
  readonly atLeast: number;
  readonly count: number;
  readonly json: boolean;
}

/** Older conversations are not looked at. */
const conversationsRead = 10_000;
const comment = `Drafts, for a person to read. None is given to a customer as it is.
Correct question and answer, add "sources", then set "state: approved". Delete what is of no use.`;

export async function draftCards(
  { from, out, atLeast, count, json }: DraftRequest,
  { signal }: CallOptions,
): Promise<void> {
  const config = loadConfig();
  using _lock = lockTraining(config.dataDir);
  const drafts: CardDraft[] = [];
  for await (const draft of draftsFrom(from, config, { atLeast, signal })) {
    drafts.push(draft);
    if (drafts.length >= count) break;
  }
  const text = json
    ? drafts.map((draft) => `${JSON.stringify(draft)}\n`).join('')
    : cardsToYaml(
        drafts.map(({ id, questions, answer, sources }) => ({
          id,
          kind: 'answer',
          questions,
          answer,
          audience: 'customer',
          sources,
          state: 'draft',
        })),
        comment,
      );
  if (out === undefined || out === '-') process.stdout.write(text);
  else await writeNew(out, text);
  process.stderr.write(
    drafts.length === 0
      ? `Nothing to draft: no ${from === 'articles' ? 'article gave a card' : `${atLeast} ${from === 'gaps' ? 'unanswered questions' : 'conversations'} are alike`}.\n`
      : `${drafts.length} draft(s)${out ? ` in ${out}` : ''}. Read each one: correct it, and set "state: approved".\n`,
  );
}

/** What a person has corrected is not written over. */
async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'EEXIST' ? 'is there already; name another file' : `cannot be written (${cause.code})`;
    throw new AppError('bad-input', `${path} ${why}.`, { cause });
  });
}

async function* draftsFrom(
  from: DraftFrom,
  config: Config,
  { atLeast, signal }: CallOptions & { readonly atLeast: number },
): AsyncGenerator<CardDraft> {
  if (from === 'articles') {
    await using writing = await openDraftingModel(config, {
      what: 'to write cards from articles',
      instead: ' Without a model: --from conversations, --from gaps.',
    });
    const { model } = writing;
    const documents = openToDrafts(await openPublished(config.dataDir));
    yield* draftFromArticles(documents, model, {
      signal,
      onSkipped: (id) => process.stderr.write(`${id}: the model wrote no card that can be read.\n`),
    });
    return;
  }
  const documents = from === 'conversations' ? openToDrafts(await openPublished(config.dataDir)) : [];
  await using knowledge = await openKnowledge(config);
  const { embedder } = knowledge;
  if (from === 'conversations') yield* await draftFromConversations(documents, embedder, { atLeast, signal });
  else yield* await draftFromGaps(await redactedGaps(config), embedder, { atLeast, signal });
}

async function redactedGaps({ dataDir }: Config): Promise<string[]> {
  const redactor = createDefaultRedactor();
  const store = openSqliteConversationStore(join(dataDir, 'conversations.db'));
  const questions: string[] = [];
  try {
    for (const key of await store.newest(defaultTenant, conversationsRead)) {
      const { messages = [] } = (await store.get(key)) ?? {};
      for (const text of unansweredQuestions(messages, shippedReader()))
        questions.push(redactor.redact(text.replace(/\s+/g, ' ').trim(), 'transcript').text.slice(0, 300));
    }
  } finally {
    await store.close();
  }
  return questions;
}
