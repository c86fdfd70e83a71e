// The six systems of bridges as their documentation describes them: what is opened, added and read, and how webhooks are signed.
import { createHmac } from 'node:crypto';
import type { BridgeName, IncomingWebhook } from '#core/bridges.ts';
import { type DeskRequest, type DeskResponder, StandInAnswer } from './desk-stand-in.ts';

export interface StandInMessage {
  readonly id: number;
  /** `note`: private, of an agent; `bot`: of a program, and seen by the customer. */
  readonly from: 'customer' | 'agent' | 'note' | 'bot';
  readonly text: string;
}

export interface StandInCase {
  readonly id: number;
  readonly reference?: string;
  readonly contact?: number;
  readonly email?: string;
  readonly subject?: string;
  labels: string[];
  isClosed: boolean;
  readonly messages: StandInMessage[];
}

export interface BridgeModel {
  cases: StandInCase[];
  readonly contacts: { readonly id: number; readonly email?: string; readonly identifier?: string }[];
  lastId: number;
}

export interface BridgeStandIn {
  readonly env: Readonly<Record<string, string>>;
  /** Of the settings: the secret whose absence is noticed by the desk, and the variable that a message has to name. */
  readonly credential: string;
  readonly respond: DeskResponder<BridgeModel>;
  /** As the desk sends it when something happened to the case. */
  readonly webhook: (caseId: number, facts: WebhookFacts) => IncomingWebhook;
  readonly hasTime: boolean;
}

export interface WebhookFacts {
  readonly secret: string;
  readonly at: Date;
  /** Of the event. */
  readonly id: string;
}

export const newBridgeModel = (): BridgeModel => ({ cases: [], contacts: [], lastId: 100 });
export const modelVersion = ({ cases, lastId }: BridgeModel) =>
  (lastId * 100 + cases.length) * 100 + cases.filter(({ isClosed }) => isClosed).length;

const secret = 'a secret of webhooks';
const token = 'right-token';
const agent = { id: 7, name: 'Ann Lee' };
const html = (text: string) =>
  `<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>')}</p>`;
/** What desks make of HTML that they are given. */
const unescaped = (text: string) =>
  text.replaceAll('<br>', '\n').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const sign = (algorithm: string, encoding: 'hex' | 'base64', key: string, text: string) =>
  createHmac(algorithm, key).update(text).digest(encoding);
const bodyOf = <T>({ body }: DeskRequest) => body as T;
const created = (json: object) => new StandInAnswer(201, { json });

function add(model: BridgeModel, one: Omit<StandInCase, 'id' | 'isClosed' | 'messages'>, text: string) {
  model.lastId += 1;
  const made: StandInCase = { ...one, id: model.lastId, isClosed: false, messages: [] };
  model.cases.push(made);
  say(model, made, { from: 'note', text });
  return made;
}

export function say(model: BridgeModel, one: StandInCase, message: Omit<StandInMessage, 'id'>): number {
  model.lastId += 1;
  one.messages.push({ ...message, id: model.lastId });
  return model.lastId;
}

const caseOf = ({ cases }: BridgeModel, id: string | undefined) => cases.find((one) => String(one.id) === id);
const match = (pattern: RegExp, { path }: DeskRequest) => pattern.exec(path)?.[1];

const zendesk: BridgeStandIn = {
  env: {
    ANSWERDESK_BRIDGE_ACCOUNT: 'acme',
    ANSWERDESK_ZENDESK_EMAIL: 'mo@acme.example',
    ANSWERDESK_ZENDESK_TOKEN: token,
  },
  credential: 'ANSWERDESK_ZENDESK_TOKEN',
  hasTime: true,
  respond(request, model) {
    if (request.headers.authorization !== basic('mo@acme.example/token', token)) return 401;
    if (request.path === '/api/v2/users/me.json') return { user: { name: 'Mo', role: 'admin' } };
    if (request.path === '/api/v2/tickets.json' && request.method === 'GET') {
      const reference = request.query.get('external_id');
      return {
        tickets: model.cases
          .filter((one) => one.reference === reference)
          .map((one) => ({ id: one.id, external_id: one.reference })),
      };
    }
    if (request.path === '/api/v2/tickets.json') {
      interface Body {
        ticket: {
          subject: string;
          external_id: string;
          tags: string[];
          comment: { body: string; public: boolean };
          requester?: { email: string };
        };
      }
      const { ticket } = bodyOf<Body>(request);
      if (ticket.comment.public !== false) return 422;
      const email = ticket.requester?.email;
      const made = add(
        model,
        {
          reference: ticket.external_id,
          subject: ticket.subject,
          labels: ticket.tags,
          ...(email === undefined ? {} : { email }),
        },
        ticket.comment.body,
      );
      return created({ ticket: { id: made.id, status: 'new' } });
    }
    const one = caseOf(model, match(/^\/api\/v2\/tickets\/(\d+)(?:\.json|\/comments\.json)$/, request));
    if (!one) return 404;
    const ticket = { id: one.id, status: one.isClosed ? 'solved' : 'open' };
    if (request.method === 'PUT') {
      const change = bodyOf<{ ticket: { status?: string; comment?: { body: string } } }>(request).ticket;
      if (change.comment) say(model, one, { from: 'note', text: change.comment.body });
      if (change.status !== undefined) one.isClosed = change.status === 'solved';
      return { ticket };
    }
    if (request.path.endsWith('/comments.json'))
      return {
        comments: one.messages.toReversed().map(({ id, from, text }) => ({
          id,
          public: from !== 'note',
          author_id: from === 'customer' ? 9 : from === 'bot' ? -1 : agent.id,
          body: text,
          plain_body: text,
          attachments: [],
        })),
        users: [
          { ...agent, role: 'agent' },
          { id: 9, name: 'Dana', role: 'end-user' },
        ],
      };
    return { ticket };
  },
  webhook(caseId, { secret, at, id }) {
    const body = JSON.stringify({ ticket: String(caseId), change: id });
    const time = at.toISOString();
    return {
      headers: {
        'x-zendesk-webhook-signature': sign('sha256', 'base64', secret, time + body),
        'x-zendesk-webhook-signature-timestamp': time,
      },
      body: Buffer.from(body),
    };
  },
};

const intercom: BridgeStandIn = {
  env: { ANSWERDESK_BRIDGE_ACCOUNT: 'us', ANSWERDESK_INTERCOM_TOKEN: token },
  credential: 'ANSWERDESK_INTERCOM_TOKEN',
  hasTime: false,
  respond(request, model) {
    if (request.headers.authorization !== `Bearer ${token}`) return 401;
    if (request.path === '/me')
      return { type: 'admin', id: '55', name: 'Mo', app: { id_code: 'ab12', name: 'Acme' } };
    if (request.path === '/contacts') {
      const { role, email } = bodyOf<{ role: string; email?: string }>(request);
      const id = model.contacts.length + 1;
      model.contacts.push({ id, ...(email === undefined ? {} : { email }) });
      return { type: 'contact', id: String(id), role };
    }
    if (request.path === '/tags') return { type: 'tag', id: bodyOf<{ name: string }>(request).name };
    if (request.path === '/conversations/search') {
      const { value } = bodyOf<{ query: { value: string } }>(request).query;
      return {
        conversations: model.cases
          .filter(({ messages }) => messages[0]?.text.includes(value))
          .map((one) => ({ id: String(one.id), source: { body: html(one.messages[0]!.text) } })),
      };
    }
    if (request.path === '/conversations') {
      const { from, body } = bodyOf<{ from: { id: string }; body: string }>(request);
      const email = model.contacts.find(({ id }) => String(id) === from.id)?.email;
      const made = add(
        model,
        { labels: [], contact: Number(from.id), ...(email === undefined ? {} : { email }) },
        body,
      );
      return { type: 'user_message', id: 'm', conversation_id: String(made.id) };
    }
    const one = caseOf(model, match(/^\/conversations\/(\d+)(?:\/tags|\/reply|\/parts)?$/, request));
    if (!one) return 404;
    if (request.path.endsWith('/tags')) {
      const { id, admin_id } = bodyOf<{ id: string; admin_id: string }>(request);
      if (admin_id !== '55') return 422;
      one.labels = [...new Set([...one.labels, id])];
      return { type: 'tag', id };
    }
    if (request.path.endsWith('/parts')) {
      const { message_type, type, admin_id } = bodyOf<Record<string, string>>(request);
      if (message_type !== 'close' || type !== 'admin' || admin_id !== '55') return 422;
      one.isClosed = true;
      return { type: 'conversation', id: String(one.id), state: 'closed' };
    }
    if (request.path.endsWith('/reply')) {
      const { type, body } = bodyOf<{ type: string; body: string }>(request);
      say(model, one, { from: type === 'user' ? 'customer' : 'note', text: body });
      if (type === 'user') one.isClosed = false;
      return { type: 'conversation', id: String(one.id) };
    }
    const [first, ...parts] = one.messages;
    return {
      id: String(one.id),
      state: one.isClosed ? 'closed' : 'open',
      source: { body: first?.text, author: { type: 'lead', id: String(one.contact ?? 1) } },
      conversation_parts: {
        conversation_parts: parts.map(({ id, from, text }) => ({
          id: String(id),
          part_type: from === 'note' ? 'note' : 'comment',
          body: text,
          author:
            from === 'customer'
              ? { type: 'lead', id: '1' }
              : { type: from === 'bot' ? 'bot' : 'admin', ...agent, id: String(agent.id) },
        })),
      },
    };
  },
  webhook(caseId, { secret, id }) {
    const body = JSON.stringify({
      type: 'notification_event',
      id: `notif_${id}`,
      topic: 'conversation.admin.replied',
      data: { item: { type: 'conversation', id: String(caseId) } },
    });
    return {
      headers: { 'x-hub-signature': `sha1=${sign('sha1', 'hex', secret, body)}` },
      body: Buffer.from(body),
    };
  },
};

const freshdesk: BridgeStandIn = {
  env: { ANSWERDESK_BRIDGE_ACCOUNT: 'acme', ANSWERDESK_FRESHDESK_KEY: token },
  credential: 'ANSWERDESK_FRESHDESK_KEY',
  hasTime: false,
  respond(request, model) {
    if (request.headers.authorization !== basic(token, 'X')) return 401;
    if (request.path === '/api/v2/agents/me') return { id: 1, contact: { name: 'Mo' } };
    if (request.path === `/api/v2/agents/${agent.id}`) return { id: agent.id, contact: { name: agent.name } };
    const shown = (one: StandInCase) => ({
      id: one.id,
      status: one.isClosed ? 4 : 2,
      description_text: one.messages[0]?.text,
    });
    if (request.path === '/api/v2/tickets' && request.method === 'GET') {
      const email = request.query.get('email');
      const reference = request.query.get('unique_external_id');
      const found = model.cases.filter((one) =>
        email === null ? one.reference === reference : one.email === email,
      );
      return found.length === 0 ? 400 : found.map(shown);
    }
    if (request.path === '/api/v2/tickets') {
      interface Body {
        email?: string;
        unique_external_id?: string;
        subject: string;
        description: string;
        tags: string[];
      }
      const { email, unique_external_id, subject, description, tags } = bodyOf<Body>(request);
      if (email === undefined && unique_external_id === undefined) return 400;
      const made = add(
        model,
        {
          subject,
          labels: tags,
          ...(email === undefined ? { reference: unique_external_id! } : { email }),
        },
        unescaped(description),
      );
      return created(shown(made));
    }
    const one = caseOf(model, match(/^\/api\/v2\/tickets\/(\d+)(?:\/notes|\/conversations)?$/, request));
    if (!one) return 404;
    if (request.method === 'PUT') {
      one.isClosed = bodyOf<{ status: number }>(request).status !== 2;
      return shown(one);
    }
    if (request.path.endsWith('/notes')) {
      const { body, private: isPrivate } = bodyOf<{ body: string; private: boolean }>(request);
      const id = say(model, one, { from: isPrivate ? 'note' : 'agent', text: unescaped(body) });
      return created({ id });
    }
    if (request.path.endsWith('/conversations'))
      return one.messages.slice(1).map(({ id, from, text }) => ({
        id,
        body_text: text,
        incoming: from === 'customer',
        private: from === 'note',
        user_id: from === 'bot' ? null : agent.id,
      }));
    return shown(one);
  },
  webhook: (caseId, { secret }) => ({
    headers: { 'x-answerdesk-secret': secret },
    body: Buffer.from(JSON.stringify({ ticket_id: caseId })),
  }),
};

const helpScout: BridgeStandIn = {
  env: {
    ANSWERDESK_BRIDGE_INBOX: '85',
    ANSWERDESK_HELP_SCOUT_APP_ID: 'app',
    ANSWERDESK_HELP_SCOUT_APP_SECRET: token,
  },
  credential: 'ANSWERDESK_HELP_SCOUT_APP_SECRET',
  hasTime: false,
  respond(request, model) {
    if (request.path === '/v2/oauth2/token')
      return bodyOf<{ client_secret: string }>(request).client_secret === token
        ? { access_token: 'bearer' }
        : 401;
    if (request.headers.authorization !== 'Bearer bearer') return 401;
    if (request.path === '/v2/users/me') return { id: 1, firstName: 'Mo' };
    if (request.path === '/v2/mailboxes/85') return { id: 85, name: 'Support' };
    const shown = (one: StandInCase) => ({
      id: one.id,
      status: one.isClosed ? 'closed' : 'active',
      state: 'published',
      primaryCustomer: { id: 9 },
      _embedded: {
        threads: one.messages.toReversed().map(({ id, from, text }) => ({
          id,
          type: { customer: 'customer', agent: 'message', note: 'note', bot: 'lineitem' }[from],
          state: 'published',
          body: html(text),
          createdAt: '2026-01-01T00:00:00Z',
          createdBy:
            from === 'customer'
              ? { id: 9, type: 'customer' }
              : { id: 7, type: 'user', first: 'Ann', last: 'Lee' },
          _embedded: { attachments: [] },
        })),
      },
    });
    if (request.path === '/v2/conversations' && request.method === 'GET')
      return {
        _embedded: {
          conversations: model.cases
            .filter(({ labels }) => labels.includes(request.query.get('tag') ?? ''))
            .map(shown),
        },
        page: { totalPages: 1 },
      };
    if (request.path === '/v2/conversations') {
      interface Body {
        subject: string;
        customer: { email: string };
        mailboxId: number;
        tags: string[];
        threads: { type: string; text: string }[];
      }
      const { subject, customer, mailboxId, tags, threads } = bodyOf<Body>(request);
      if (mailboxId !== 85) return 400;
      const made = add(model, { subject, email: customer.email, labels: tags }, unescaped(threads[0]!.text));
      return new StandInAnswer(201, { headers: { 'resource-id': String(made.id) } });
    }
    const one = caseOf(model, match(/^\/v2\/conversations\/(\d+)(?:\/customer|\/notes)?$/, request));
    if (!one) return 404;
    if (request.method === 'GET') return shown(one);
    if (request.method === 'PATCH') {
      const { op, path, value } = bodyOf<Record<string, string>>(request);
      if (op !== 'replace' || path !== '/status') return 400;
      one.isClosed = value === 'closed';
      return new StandInAnswer(204, {});
    }
    const isCustomers = request.path.endsWith('/customer');
    const { text } = bodyOf<{ text: string }>(request);
    const id = say(model, one, { from: isCustomers ? 'customer' : 'note', text: unescaped(text) });
    if (isCustomers) one.isClosed = false;
    return new StandInAnswer(201, { headers: { 'resource-id': String(id) } });
  },
  webhook(caseId, { secret, id }) {
    const body = JSON.stringify({ id: caseId, userUpdatedAt: id });
    return {
      headers: {
        'x-helpscout-event': 'convo.agent.reply.created',
        'x-helpscout-signature': sign('sha1', 'base64', secret, body),
      },
      body: Buffer.from(body),
    };
  },
};

const chatwoot: BridgeStandIn = {
  env: {
    ANSWERDESK_BRIDGE_ACCOUNT: 'app.chatwoot.com/3',
    ANSWERDESK_BRIDGE_INBOX: '12',
    ANSWERDESK_CHATWOOT_TOKEN: token,
  },
  credential: 'ANSWERDESK_CHATWOOT_TOKEN',
  hasTime: true,
  respond(request, model) {
    if (request.headers.api_access_token !== token) return 401;
    if (request.path === '/api/v1/profile') return { id: 1, name: 'Mo' };
    const base = '/api/v1/accounts/3';
    if (request.path === `${base}/inboxes/12`)
      return { id: 12, name: 'Website', channel_type: 'Channel::Api' };
    const shown = (one: StandInCase) => ({
      id: one.id,
      status: one.isClosed ? 'resolved' : 'open',
      custom_attributes: { answerdesk: one.reference },
    });
    if (request.path === `${base}/contacts/search`) {
      const wanted = request.query.get('q');
      return {
        payload: model.contacts.filter(({ email, identifier }) => email === wanted || identifier === wanted),
      };
    }
    if (request.path === `${base}/contacts`) {
      const { email, identifier } = bodyOf<{ email?: string; identifier: string }>(request);
      const isThere = model.contacts.some(
        (other) => other.identifier === identifier || (email !== undefined && other.email === email),
      );
      if (isThere) return 422;
      const contact = {
        id: model.contacts.length + 1,
        identifier,
        ...(email === undefined ? {} : { email }),
      };
      model.contacts.push(contact);
      return { payload: { contact } };
    }
    const contact = match(/^\/api\/v1\/accounts\/3\/contacts\/(\d+)\/conversations$/, request);
    if (contact !== undefined)
      return { payload: model.cases.filter((one) => String(one.contact) === contact).map(shown) };
    if (request.path === `${base}/conversations`) {
      interface Body {
        contact_id: number;
        custom_attributes: { answerdesk: string };
        message: { content: string; private: boolean };
      }
      const { contact_id, custom_attributes, message } = bodyOf<Body>(request);
      if (!message.private) return 422;
      const email = model.contacts.find(({ id }) => id === contact_id)?.email;
      const made = add(
        model,
        {
          contact: contact_id,
          reference: custom_attributes.answerdesk,
          labels: [],
          ...(email === undefined ? {} : { email }),
        },
        message.content,
      );
      return shown(made);
    }
    const one = caseOf(
      model,
      match(
        /^\/api\/v1\/accounts\/3\/conversations\/(\d+)(?:\/messages|\/labels|\/toggle_status)?$/,
        request,
      ),
    );
    if (!one) return 404;
    if (request.path.endsWith('/labels')) {
      one.labels = bodyOf<{ labels: string[] }>(request).labels;
      return { payload: one.labels };
    }
    if (request.path.endsWith('/toggle_status')) {
      const { status } = bodyOf<{ status: string }>(request);
      one.isClosed = status === 'resolved';
      return { payload: { success: true, current_status: status } };
    }
    if (request.path.endsWith('/messages') && request.method === 'POST') {
      interface Body {
        content: string;
        message_type: string;
        private: boolean;
      }
      const { content, message_type, private: isPrivate } = bodyOf<Body>(request);
      const from = message_type === 'incoming' ? 'customer' : isPrivate ? 'note' : 'agent';
      const id = say(model, one, { from, text: content });
      if (from === 'customer') one.isClosed = false;
      return { id, content };
    }
    if (request.path.endsWith('/messages')) {
      const before = Number(request.query.get('before') ?? Number.POSITIVE_INFINITY);
      const page = one.messages.filter(({ id }) => id < before).slice(-20);
      return {
        payload: page.map(({ id, from, text }) => ({
          id,
          content: text,
          message_type: from === 'customer' ? 0 : 1,
          private: from === 'note',
          sender:
            from === 'customer'
              ? { id: 9, type: 'contact' }
              : { ...agent, type: from === 'bot' ? 'agent_bot' : 'user' },
        })),
      };
    }
    return shown(one);
  },
  webhook(caseId, { secret, at, id }) {
    const body = JSON.stringify({ event: 'message_created', id, conversation: { id: caseId } });
    const time = String(Math.floor(at.getTime() / 1000));
    return {
      headers: {
        'x-chatwoot-timestamp': time,
        'x-chatwoot-delivery': id,
        'x-chatwoot-signature': `sha256=${sign('sha256', 'hex', secret, `${time}.${body}`)}`,
      },
      body: Buffer.from(body),
    };
  },
};

const slackText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const slack: BridgeStandIn = {
  env: { ANSWERDESK_BRIDGE_INBOX: 'C0123456789', ANSWERDESK_SLACK_TOKEN: token },
  credential: 'ANSWERDESK_SLACK_TOKEN',
  hasTime: true,
  respond(request, model) {
    const { path, query } = request;
    if (request.headers.authorization !== `Bearer ${token}`) return { ok: false, error: 'invalid_auth' };
    if (path === '/api/auth.test') return { ok: true, user: 'answerdesk', team: 'Acme' };
    if (path === '/api/users.info') return { ok: true, user: { profile: { display_name: agent.name } } };
    if (path === '/api/chat.getPermalink')
      return { ok: true, permalink: `https://acme.slack.example/${query.get('message_ts')}` };
    const byTime = (ts: string | null | undefined) => caseOf(model, ts?.split('.')[0]);
    const shown = ({ id, from, text }: StandInMessage, ts = `${id}.000100`) => ({
      ts,
      ...(from === 'agent' || text.startsWith('note:')
        ? { user: 'U7', text }
        : { user: 'U0', bot_id: 'B1', text: slackText(text) }),
    });
    if (path === '/api/conversations.history')
      return {
        ok: true,
        messages: model.cases.map((one) => shown(one.messages[0]!, `${one.id}.000100`)),
      };
    if (path === '/api/chat.postMessage') {
      const { text, thread_ts } = bodyOf<{ text: string; thread_ts?: string }>(request);
      const said = unescaped(text);
      if (thread_ts === undefined) {
        const labels = said.split('\n')[0]!.split(', ');
        return { ok: true, ts: `${add(model, { labels }, said).id}.000100` };
      }
      const one = byTime(thread_ts);
      if (!one) return { ok: false, error: 'thread_not_found' };
      one.isClosed = false;
      return { ok: true, ts: `${say(model, one, { from: 'note', text: said })}.000100` };
    }
    if (path === '/api/conversations.replies') {
      const one = byTime(query.get('ts'));
      if (!one) return { ok: false, error: 'thread_not_found' };
      const [first, ...rest] = one.messages;
      const closing = one.isClosed ? [{ ts: `${model.lastId + 1}.0`, user: 'U7', text: 'close' }] : [];
      return {
        ok: true,
        messages: [shown(first!, `${one.id}.000100`), ...rest.map((message) => shown(message)), ...closing],
      };
    }
    return { ok: false, error: 'unknown_method' };
  },
  webhook(caseId, { secret, at, id }) {
    const body = JSON.stringify({
      type: 'event_callback',
      event_id: `Ev${id}`,
      event: { type: 'message', channel: 'C0123456789', thread_ts: `${caseId}.000100`, user: 'U7' },
    });
    const time = String(Math.floor(at.getTime() / 1000));
    return {
      headers: {
        'x-slack-request-timestamp': time,
        'x-slack-signature': `v0=${sign('sha256', 'hex', secret, `v0:${time}:${body}`)}`,
      },
      body: Buffer.from(body),
    };
  },
};

export const bridgeSecret = secret;
export const bridgeStandIns: Readonly<Record<BridgeName, BridgeStandIn>> = {
  zendesk,
  intercom,
  freshdesk,
  'help-scout': helpScout,
  chatwoot,
  slack,
};
