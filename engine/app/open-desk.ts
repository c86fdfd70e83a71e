// Opens the whole desk: everything behind the edges, closed in reverse order.
import { join } from 'node:path';
import { type Accounts, createAccounts } from '#access/accounts.ts';
import type { SingleSignOn } from '#access/single-sign-on.ts';
import { type AnswerObserver, createAnswer } from '#chat/answer.ts';
import { createAnswerMemory } from '#chat/answer-memory.ts';
import { type Answering, createAnswering } from '#chat/runs/answering.ts';
import { type CaseWork, createCaseWork } from '#chat/runs/case-work.ts';
import { type CustomerWork, createCustomerWork } from '#chat/runs/customer-work.ts';
import { createEventLoopTurns } from '#chat/runs/event-loop-turns.ts';
import { createVisitorBlocks } from '#chat/runs/visitor-blocks.ts';
import { createSuggestAnswer, type SuggestAnswer } from '#chat/suggest-answer.ts';
import { servicePromise } from '#chat/write/service-promise.ts';
import type { BridgeStore } from '#core/bridges.ts';
import { turnOfNow } from '#core/customer-turn.ts';
import type { CustomerStore } from '#core/customers.ts';
import type { FiguresStore } from '#core/figures.ts';
import type { InboxStore } from '#core/inbox.ts';
import type { NoticeStore } from '#core/notices.ts';
import type { CleanPictureOf, PictureStore } from '#core/pictures.ts';
import type { ConversationStore } from '#core/stores.ts';
import type { TeamStore } from '#core/team.ts';
import { defaultTenant } from '#core/tenant.ts';
import { createPictureCleaner, faceSize } from '#storage/pictures/clean-picture.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { beginDesk } from './begin-desk.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { openAnswerPipeline } from './open-answer-pipeline.ts';
import { openAnswerQuality } from './open-answer-quality.ts';
import { type BridgeDoor, bridgeOf, createBridgeDoor } from './open-bridge.ts';
import { createMailDoor, type MailDoor } from './open-inbound-mail.ts';
import { openInboxJobs } from './open-inbox-jobs.ts';
import type { Knowledge } from './open-knowledge.ts';
import { noticeChannels, openNotices } from './open-notices.ts';

/** Where other systems bring what belongs to conversations. */
export interface Doors {
  readonly bridge: BridgeDoor;
  /** Undefined where replies by mail are not set up. */
  readonly mail: MailDoor | undefined;
}

export interface Desk extends AsyncDisposable {
  readonly knowledge: Knowledge;
  readonly store: ConversationStore &
    InboxStore &
    NoticeStore &
    BridgeStore &
    CustomerStore &
    PictureStore &
    TeamStore &
    FiguresStore;
  readonly accounts: Accounts;
  /** Where the team signs in; undefined: only here. */
  readonly provider: SingleSignOn | undefined;
  /** Makes a picture of somebody of the team of what they sent. */
  readonly cleanFace: CleanPictureOf;
  readonly cases: CaseWork;
  readonly customers: CustomerWork;
  readonly suggest: SuggestAnswer;
  readonly answering: Answering;
  readonly metrics: Metrics;
  readonly doors: Doors;
}

/** Everything behind the edges. Close the edges first. `begun`: by who could not wait for the rest to be loaded. */
export async function openDesk(
  config: Config,
  logger: Logger,
  begun = beginDesk(config, logger),
): Promise<Desk> {
  await using stack = new AsyncDisposableStack();
  const { metrics } = begun;
  const { dependencies, knowledge } = stack.use(
    await openAnswerPipeline(config, {
      logger,
      observer: observed(metrics, logger),
      knowledge: begun.knowledge,
    }),
  );
  const quality = stack.use(
    await openAnswerQuality({
      embedder: knowledge.embedder,
      share: config.qualitySample,
      busy: () => answering.active > 0,
      metrics,
      logger,
    }),
  );
  const channels = noticeChannels(config.notices, config.bridge);
  const store = stack.adopt(
    openSqliteConversationStore(join(config.dataDir, 'conversations.db'), {
      handoffChannels: channels.handoff,
      followChannels: channels.follow,
      sweepFailed: (err) =>
        logger.warn(
          { err },
          'pictures of conversations that are gone could not be removed: restart to try again',
        ),
    }),
    (opened) => opened.close(),
  );
  const turns = createEventLoopTurns();
  const answer = createAnswer({
    ...dependencies,
    myTurn: () => turns.next(turnOfNow()),
    promise: async (language) =>
      servicePromise(await store.settings(defaultTenant), { at: new Date(), language }),
  });
  const memory = createAnswerMemory(dependencies);
  stack.defer(knowledge.onSwap(memory.forget));
  const answering = createAnswering({
    store,
    refuse: createVisitorBlocks({ store }),
    // A model that writes says it anew.
    answer: quality.watch(dependencies.writing ? answer : memory.remember(answer)),
    turns,
    limits: config.limits,
    observer: {
      ...metrics.answering,
      failed: (error, conversationId) =>
        logger.error({ conversationId, code: error.code, err: error }, 'an answer failed'),
    },
  });
  metrics.countAnswers(() => answering.active);
  const cases = createCaseWork({
    store,
    answering,
    messageLength: config.limits.messageLength,
    absentChannels: channels.absent,
    followChannels: channels.follow,
  });
  const customers = createCustomerWork({
    store,
    answering,
    cases,
    mailChannel: channels.absent[0],
    cleanPicture: config.customers.pictures ? createPictureCleaner() : undefined,
    observer: metrics.customers,
  });
  const [baseUrl = `http://localhost:${config.server.port}`] = config.server.publicUrls;
  const deskName = async () => (await store.settings(defaultTenant)).company;
  const bridge = bridgeOf(config.bridge);
  const notices = stack.use(
    openNotices({ settings: config.notices, baseUrl, deskName, store, logger, bridge, cases }),
  );
  const doors: Doors = {
    bridge: createBridgeDoor({ bridge, store, wake: notices.wake }),
    mail: createMailDoor({
      settings: config.notices,
      store,
      answering,
      cases,
      messageLength: config.limits.messageLength,
    }),
  };
  const { provider: settings, recheckMs } = config.signIn;
  // Only a desk that has one pays for loading it.
  const provider = settings && (await import('#access/single-sign-on.ts')).createSingleSignOn(settings);
  const accounts = createAccounts({
    store: store.access,
    tenantId: defaultTenant,
    confirm: provider?.confirm,
    recheckMs,
  });
  stack.use(
    openInboxJobs({
      store,
      cases,
      accounts,
      channels: channels.handoff,
      forgottenAfterMs: config.inbox.forgottenAfterMs,
      logger,
    }),
  );
  stack.defer(knowledge.onSwap(({ generation }) => metrics.generation(generation)));
  try {
    metrics.generation(knowledge.current().generation);
  } catch (thrown) {
    // The server starts without one, says so on /readyz, and takes it up as soon as it is published.
    logger.warn({ err: thrown }, 'there is nothing to answer from yet');
  }
  const closing = stack.move();
  return {
    knowledge,
    store,
    answering,
    metrics,
    accounts,
    provider,
    cases,
    customers,
    cleanFace: createPictureCleaner(faceSize),
    suggest: createSuggestAnswer({ answer }),
    doors,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function observed({ answer }: Metrics, logger: Logger): AnswerObserver {
  return {
    ...answer,
    modelFailed(model, error) {
      answer.modelFailed?.(model, error);
      logger.warn({ model, code: error.code, err: error }, 'the chat model failed');
    },
  };
}
