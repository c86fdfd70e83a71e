// Slack as the place where a team works: a thread of a channel for each conversation, the Events API. https://docs.slack.dev/reference
import { z } from 'zod';
import { type CaseThere, type HandoverBridge, markerOf, spoken } from '#core/bridges.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { type BridgeOptions, bridgeLimits, caseGone } from '../bridge-options.ts';
import { createJsonClient } from '../http.ts';
import { headerOf, hmac, readBody, requireFresh, requireSame } from '../webhook-check.ts';

export const slackVariables = { token: 'ANSWERDESK_SLACK_TOKEN' } as const;

export interface SlackBridgeOptions extends BridgeOptions {
  /** Of a bot: `xoxb-…`. */
  readonly token: string;
  /** Id of the channel: `C0123456789`. */
  readonly channel: string;
}

const messagesSearched = 200;
const mostPages = 5;

const answer = z.looseObject({ ok: z.boolean(), error: z.string().nullish() });
const messageSchema = z.looseObject({
  ts: z.string(),
  text: z.string().nullish(),
  user: z.string().nullish(),
  bot_id: z.string().nullish(),
  subtype: z.string().nullish(),
  files: z.array(z.looseObject({ name: z.string().nullish() })).nullish(),
});
type SlackMessage = z.infer<typeof messageSchema>;
const messagesSchema = answer.extend({
  messages: z.array(messageSchema).optional(),
  response_metadata: z.looseObject({ next_cursor: z.string().nullish() }).nullish(),
});
const postedSchema = answer.extend({ ts: z.string().optional() });
const linkSchema = answer.extend({ permalink: z.string().optional() });
const userSchema = answer.extend({
  user: z
    .looseObject({
      real_name: z.string().nullish(),
      profile: z.looseObject({ display_name: z.string().nullish() }).nullish(),
    })
    .optional(),
});
const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('url_verification'), challenge: z.string().max(500) }),
  z.object({
    type: z.literal('event_callback'),
    event_id: z.string(),
    event: z.looseObject({
      type: z.string(),
      channel: z.unknown(),
      thread_ts: z.string().nullish(),
      bot_id: z.string().nullish(),
    }),
  }),
]);

/** Slack's words for a thread that is not there any more. */
const goneErrors = new Set(['thread_not_found', 'message_not_found']);
/** Kinds of messages that people write. */
const peoplesKinds = new Set(['file_share', 'thread_broadcast']);

export function createSlackBridge(options: SlackBridgeOptions): HandoverBridge {
  const { token, channel, secret, now = () => new Date(), limits, ...connection } = options;
  const client = createJsonClient({
    origin: 'https://slack.com',
    ...connection,
    limits: { ...bridgeLimits, ...limits },
    name: 'Slack',
    variables: Object.values(slackVariables),
    headers: () => ({ authorization: `Bearer ${token}` }),
  });
  const names = new Map<string, string>();

  interface Call<T> extends CallOptions {
    readonly query?: Readonly<Record<string, string | number | undefined>>;
    readonly body?: unknown;
    readonly schema: z.ZodType<T>;
  }

  /** Undefined: the thread is gone. */
  async function call<T extends z.infer<typeof answer>>(
    method: string,
    request: Call<T>,
  ): Promise<T | undefined> {
    const result = await client.request({ path: `/api/${method}`, ...request });
    if (result.ok) return result;
    if (goneErrors.has(result.error ?? '')) return undefined;
    throw new AppError(
      'bad-input',
      `Slack refuses ${method}: ${/^\w{1,60}$/.exec(result.error ?? '')?.[0] ?? 'no reason given'}. Check ${slackVariables.token}, its scopes, and that the app is in the channel.`,
    );
  }

  async function there(ts: string, { signal }: CallOptions): Promise<CaseThere> {
    const query = { channel, message_ts: ts };
    const found = await call('chat.getPermalink', { query, schema: linkSchema, signal });
    return { id: `${channel}:${ts}`, url: found?.permalink ?? '' };
  }

  const post = (text: string, thread: string | undefined, { signal }: CallOptions) =>
    call('chat.postMessage', {
      body: { channel, text: escaped(text), thread_ts: thread, unfurl_links: false, unfurl_media: false },
      schema: postedSchema,
      signal,
    });

  async function nameOf(user: string, { signal }: CallOptions): Promise<string> {
    const known = names.get(user);
    if (known !== undefined) return known;
    const found = await call('users.info', { query: { user }, schema: userSchema, signal });
    const name = found?.user?.profile?.display_name || found?.user?.real_name || 'Agent';
    names.set(user, name);
    return name;
  }

  return {
    name: 'slack',
    mailsReplies: false,

    async find({ reference }, { signal }) {
      const query = { channel, limit: messagesSearched };
      const history = await call('conversations.history', { query, schema: messagesSchema, signal });
      const start = markerOf(reference, 0).slice(0, -2);
      const found = history?.messages?.find(({ bot_id: bot, text }) => bot && text?.includes(start));
      return found && there(found.ts, { signal });
    },

    async open({ text, labels }, { signal }) {
      const help = 'Replies in this thread go to the customer. "note: …" stays here, "close" ends it.';
      const posted = await post(`${labels.join(', ')}\n${help}\n\n${text}`, undefined, { signal });
      return there(posted?.ts ?? '', { signal });
    },

    async append(caseId, entry, { signal }) {
      if (!(await post(spoken(entry), threadOf(caseId), { signal }))) throw caseGone('Slack', caseId);
    },

    async read(caseId, { signal }) {
      const messages: SlackMessage[] = [];
      for (let page = 1, cursor: string | undefined; page <= mostPages; page += 1) {
        const list = await call('conversations.replies', {
          query: { channel, ts: threadOf(caseId), limit: messagesSearched, cursor },
          schema: messagesSchema,
          signal,
        });
        if (!list) return undefined;
        messages.push(...(list.messages ?? []));
        cursor = list.response_metadata?.next_cursor || undefined;
        if (cursor === undefined) break;
      }
      const spokenBy = (message: SlackMessage) => (isPersons(message) ? plain(message.text ?? '') : '');
      const isCommand = (message: SlackMessage) => /^close[.!]?$/i.test(spokenBy(message));
      const isNote = (message: SlackMessage) => /^note:/i.test(spokenBy(message));
      const isReply = (message: SlackMessage) =>
        isPersons(message) && !isCommand(message) && !isNote(message);
      const replies = [];
      for (const message of messages.slice(1).filter(isReply))
        replies.push({
          id: message.ts.replace('.', '-'),
          text: plain(message.text ?? ''),
          by: { id: message.user!, name: await nameOf(message.user!, { signal }) },
          attachments: message.files?.map(({ name }) => name ?? 'file') ?? [],
        });
      return {
        // What the customer wrote afterwards opens it again.
        isClosed: messages.findLastIndex(isCommand) > messages.findLastIndex((message) => message.bot_id),
        replies,
        others: messages.filter((message) => !isReply(message)).map(({ text }) => plain(text ?? '')),
      };
    },

    receive(webhook) {
      const time = headerOf(webhook, 'x-slack-request-timestamp');
      const signing = { algorithm: 'sha256', secret, encoding: 'hex' } as const;
      const expected = `v0=${hmac(signing, ['v0:', time, ':', webhook.body])}`;
      requireSame(headerOf(webhook, 'x-slack-signature'), expected, 'Slack');
      requireFresh(Number(time) * 1000, { desk: 'Slack', now });
      const news = readBody(webhook, eventSchema);
      if (news?.type === 'url_verification') return { type: 'challenge', challenge: news.challenge };
      // What Answerdesk posts comes back as an event, too.
      if (news?.event.type !== 'message' || !news.event.thread_ts || news.event.bot_id)
        return { type: 'other' };
      return {
        type: 'event',
        caseId: `${news.event.channel}:${news.event.thread_ts}`,
        eventId: news.event_id,
      };
    },

    async check({ signal }) {
      const named = answer.extend({ user: z.string().nullish(), team: z.string().nullish() });
      const me = await call('auth.test', { schema: named, signal });
      const query = { channel, limit: 1 };
      await call('conversations.history', { query, schema: messagesSchema, signal });
      return `${me?.user ?? 'a bot'} of the workspace ${me?.team ?? ''}`;
    },
  };
}

const threadOf = (caseId: string) => caseId.slice(caseId.indexOf(':') + 1);

function isPersons({ user, bot_id: bot, subtype }: SlackMessage): boolean {
  return Boolean(user) && !bot && (!subtype || peoplesKinds.has(subtype));
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Without Slack's marks for links, people and channels. */
function plain(text: string): string {
  return text
    .replace(/<(?:mailto:)?([^<>|@#!][^<>|]*)\|([^<>]*)>/g, (_, address: string, label: string) =>
      address.includes(label) ? address : `${label} (${address})`,
    )
    .replace(/<(?:mailto:)?([^<>|@#!][^<>|]*)>/g, '$1')
    .replace(/<[@#!][^<>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}
