// The five desks as their documentation describes them: paths, pages, credentials and fields. Small pages, so that there are several.
import type { DeskRequest, DeskResponder, StandInArticle, StandInTicket } from './desk-stand-in.ts';

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const page = <T>(all: readonly T[], number: number, size: number) =>
  all.slice((number - 1) * size, number * size);
const numberOf = ({ query }: DeskRequest, name: string, fallback: number) =>
  Number(query.get(name) ?? fallback);
const html = (text: string) => `<p>${text}</p>`;
const messageTime = ({ updated }: StandInTicket, index: number) => updated - 1_000 + index * 10;
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Of each desk: what its stand-in takes. */
export const standInSecrets: Readonly<Record<string, string>> = {
  email: 'mo@lumen.example',
  token: 'right-token',
  key: 'right-token',
  docsKey: 'right-token',
  appId: 'app',
  appSecret: 'right-token',
};
const { email, token, appId, appSecret } = standInSecrets as Record<string, string>;

export const zendeskStandIn: DeskResponder = (request, { articles, tickets }) => {
  const { path, query, headers } = request;
  if (headers.authorization !== basic(`${email}/token`, token!)) return 401;
  const size = 40;
  const pageAfter = <T>(name: string, all: readonly T[], more: object = {}) => {
    const from = Number(query.get('page[after]') ?? 0);
    const has_more = from + size < all.length;
    return {
      [name]: all.slice(from, from + size),
      meta: { has_more, after_cursor: has_more ? String(from + size) : null },
      links: {},
      ...more,
    };
  };
  if (path === '/api/v2/help_center/categories') return pageAfter('categories', [{ id: 1, name: 'Help' }]);
  if (path === '/api/v2/help_center/sections')
    return pageAfter('sections', [
      { id: 10, name: 'Lamps', category_id: 1 },
      { id: 11, name: 'Agents only', category_id: 1 },
    ]);
  if (path === '/api/v2/help_center/articles')
    return pageAfter('articles', articles.map(zendeskArticle), { translations: [] });
  if (path === '/api/v2/incremental/tickets/cursor.json') {
    const changed = tickets
      .filter(({ updated }) => updated >= Number(query.get('start_time') ?? 0))
      .toSorted((left, right) => left.updated - right.updated);
    const from = query.has('cursor')
      ? tickets.filter(({ updated }) => updated <= Number(query.get('cursor'))).length
      : 0;
    const part = (
      query.has('cursor') ? tickets.toSorted((left, right) => left.updated - right.updated) : changed
    ).slice(from, from + size);
    return {
      tickets: part.map(zendeskTicket),
      after_cursor: part.length > 0 ? String(part.at(-1)!.updated) : (query.get('cursor') ?? '0'),
      end_of_stream: part.length < size,
    };
  }
  const ticket = tickets.find(
    ({ id, state }) => path === `/api/v2/tickets/${id}/comments.json` && state !== 'deleted',
  );
  if (!ticket) return 404;
  const comments = ticket.messages.map(({ from, text }, index) => ({
    id: index,
    type: 'Comment',
    author_id: from === 'customer' ? 500 + ticket.id : from === 'bot' ? -1 : 7,
    plain_body: text,
    html_body: html(text),
    body: text,
    public: from !== 'note',
    created_at: iso(messageTime(ticket, index)),
  }));
  return pageAfter('comments', comments, {
    users: [
      { id: 7, role: 'agent' },
      { id: 500 + ticket.id, role: 'end-user' },
    ],
  });
};

function zendeskArticle({ id, title, text, state, section }: StandInArticle) {
  return {
    id,
    url: `https://lumen.example/api/v2/help_center/articles/${id}.json`,
    html_url: `https://lumen.example/hc/en-us/articles/${id}`,
    title,
    name: title,
    body: html(text),
    locale: 'en-us',
    source_locale: 'en-us',
    draft: state === 'draft',
    section_id: section === 'internal' ? 11 : 10,
    user_segment_id: null,
    updated_at: iso(1_735_000_000),
  };
}

function zendeskTicket({ id, state, updated }: StandInTicket) {
  const status = state === 'deleted' ? 'deleted' : state === 'ended' ? 'solved' : 'open';
  // Another agent than the one who answers has it now.
  return {
    id,
    status,
    updated_at: iso(updated),
    requester_id: 500 + id,
    submitter_id: 500 + id,
    assignee_id: 8,
    subject: 'S',
    description: '',
  };
}

export const intercomStandIn: DeskResponder = (request, { articles, tickets }) => {
  const { path, body, headers } = request;
  if (headers.authorization !== `Bearer ${token}` || !headers['intercom-version']) return 401;
  if (path === '/articles') {
    const size = numberOf(request, 'per_page', 20);
    const number = numberOf(request, 'page', 1);
    const data = page(articles, number, size).map(({ id, title, text, state, section }) => ({
      type: section === 'internal' ? 'internal_article' : 'article',
      id: String(id),
      title,
      body: html(text),
      state,
      url: `https://lumen.example/en/articles/${id}`,
      default_locale: 'en',
    }));
    return {
      type: 'list',
      data,
      pages: { page: number, per_page: size, total_pages: Math.ceil(articles.length / size) },
    };
  }
  if (path === '/conversations/search') {
    const { query, pagination } = body as {
      query: { value: { field: string; value: unknown }[] };
      pagination: { per_page: number; starting_after?: string };
    };
    const after = Number(query.value.find(({ field }) => field === 'updated_at')?.value);
    const all = tickets.filter(({ state, updated }) => state === 'ended' && updated > after);
    const from = Number(pagination.starting_after ?? 0);
    const to = from + Math.min(pagination.per_page, 40);
    return {
      type: 'conversation.list',
      conversations: all.slice(from, to).map(({ id, updated }) => ({
        type: 'conversation',
        id: String(id),
        updated_at: updated,
        state: 'closed',
      })),
      pages: { type: 'pages', ...(to < all.length ? { next: { starting_after: String(to) } } : {}) },
    };
  }
  const ticket = tickets.find(({ id, state }) => path === `/conversations/${id}` && state !== 'deleted');
  if (!ticket) return 404;
  const [first, ...others] = ticket.messages.map(({ from, text }, index) => ({
    part_type: from === 'note' ? 'note' : 'comment',
    body: html(text),
    author: { type: from === 'customer' ? 'user' : from === 'bot' ? 'bot' : 'admin' },
    created_at: messageTime(ticket, index),
  }));
  return {
    type: 'conversation',
    id: String(ticket.id),
    updated_at: ticket.updated,
    created_at: messageTime(ticket, 0),
    source: first,
    conversation_parts: { type: 'conversation_part.list', conversation_parts: others },
  };
};

export const freshdeskStandIn: DeskResponder = (request, { articles, tickets }) => {
  const { path, query, headers } = request;
  if (headers.authorization !== basic(token!, 'X')) return 401;
  const part = <T>(all: readonly T[]) =>
    page(all, numberOf(request, 'page', 1), numberOf(request, 'per_page', 30));
  if (path === '/api/v2/solutions/categories') return part([{ id: 1, name: 'Help' }]);
  if (path === '/api/v2/solutions/categories/1/folders')
    return part([
      { id: 10, name: 'Lamps', visibility: 1 },
      { id: 11, name: 'Playbook', visibility: 3 },
    ]);
  const [, folder] = /^\/api\/v2\/solutions\/folders\/(\d+)\/articles$/.exec(path) ?? [];
  if (folder)
    return part(
      articles
        .filter(({ section }) => (section === 'internal') === (folder === '11'))
        .map(({ id, title, text, state }) => ({
          id,
          title,
          description: html(text),
          description_text: text,
          status: state === 'draft' ? 1 : 2,
          folder_id: Number(folder),
          updated_at: iso(1_735_000_000),
        })),
    );
  if (path === '/api/v2/tickets') {
    const since = Date.parse(query.get('updated_since') ?? '') / 1000;
    const all = tickets.filter(({ state, updated }) => state !== 'deleted' && updated >= since);
    return part(all.toSorted((left, right) => left.updated - right.updated).map(freshdeskTicket));
  }
  const ticket = tickets.find(
    ({ id, state }) =>
      path.startsWith(`/api/v2/tickets/${id}`) &&
      state !== 'deleted' &&
      /^(?:\/conversations)?$/.test(path.slice(`/api/v2/tickets/${id}`.length)),
  );
  if (!ticket) return 404;
  const [first, ...others] = ticket.messages;
  if (!path.endsWith('/conversations'))
    return { ...freshdeskTicket(ticket), description: html(first?.text ?? '') };
  return part(
    others.map(({ from, text }, index) => ({
      body: html(text),
      body_text: text,
      incoming: from === 'customer',
      private: from === 'note' || from === 'bot',
      user_id: from === 'customer' ? 500 : 7,
      created_at: iso(messageTime(ticket, index + 1)),
    })),
  );
};

function freshdeskTicket(ticket: StandInTicket) {
  const { id, state, updated } = ticket;
  return {
    id,
    status: state === 'ended' ? 5 : 2,
    updated_at: iso(updated),
    created_at: iso(messageTime(ticket, 0)),
    requester_id: 500,
    responder_id: 7,
  };
}

export const helpScoutStandIn: DeskResponder = (request, { articles, tickets }) => {
  const { path, body, query, headers } = request;
  if (path.startsWith('/v1/')) {
    if (headers.authorization !== basic(token!, 'X')) return 401;
    if (path === '/v1/collections')
      return {
        collections: {
          page: 1,
          pages: 1,
          items: [
            { id: 'c0', name: 'Help', visibility: 'public' },
            { id: 'c1', name: 'Handbook', visibility: 'private' },
          ],
        },
      };
    const shaped = articles.map(({ id, title, text, state, section }) => ({
      id: String(id),
      collectionId: section === 'internal' ? 'c1' : 'c0',
      name: title,
      text: html(text),
      status: state === 'draft' ? 'notpublished' : 'published',
      publicUrl: `https://lumen.example/article/${id}`,
    }));
    const article = shaped.find(({ id }) => path === `/v1/articles/${id}`);
    if (article) return { article };
    const own = shaped.filter(({ collectionId }) => path === `/v1/collections/${collectionId}/articles`);
    const number = numberOf(request, 'page', 1);
    const items = page(own, number, 40).map(({ text: _text, ...listed }) => listed);
    return { articles: { page: number, pages: Math.ceil(own.length / 40), count: own.length, items } };
  }
  if (path === '/v2/oauth2/token') {
    const { client_id: id, client_secret: secret } = body as Record<string, string>;
    return id === appId && secret === appSecret
      ? { access_token: 'lent', token_type: 'bearer', expires_in: 172_800 }
      : 401;
  }
  if (headers.authorization !== 'Bearer lent') return 401;
  if (path === '/v2/conversations') {
    const since = Date.parse(query.get('modifiedSince') ?? '') / 1000;
    const all = tickets.filter(({ state, updated }) => state === 'ended' && updated >= since);
    const number = numberOf(request, 'page', 1);
    const conversations = page(all, number, 25).map(({ id, updated }) => ({
      id,
      status: 'closed',
      userUpdatedAt: iso(updated),
      _embedded: { threads: [] },
    }));
    return {
      _embedded: { conversations },
      page: { size: 25, totalElements: all.length, totalPages: Math.ceil(all.length / 25), number },
    };
  }
  const ticket = tickets.find(
    ({ id, state }) => path === `/v2/conversations/${id}/threads` && state !== 'deleted',
  );
  if (!ticket) return 404;
  const threads = ticket.messages
    .map(({ from, text }, index) => ({
      type: { customer: 'customer', agent: 'message', note: 'note', bot: 'lineitem' }[from],
      state: 'published',
      body: html(text),
      createdBy: { type: from === 'customer' ? 'customer' : 'user' },
      createdAt: iso(messageTime(ticket, index)),
    }))
    .reverse();
  return {
    _embedded: { threads },
    page: { size: 25, totalElements: threads.length, totalPages: 1, number: 1 },
  };
};

export const chatwootStandIn: DeskResponder = (request, { articles, tickets }) => {
  const { path, query, headers } = request;
  if (headers.api_access_token !== token) return 401;
  const base = '/api/v1/accounts/3';
  if (path === `${base}/portals`)
    return {
      payload: [
        { slug: 'help', archived: false },
        { slug: 'playbook', archived: true },
      ],
    };
  const [, portal] = /\/portals\/(\w+)\/articles$/.exec(path) ?? [];
  if (portal) {
    const own = articles.filter(({ section }) => (section === 'internal') === (portal === 'playbook'));
    const payload = page(own, numberOf(request, 'page', 1), 25).map(({ id, title, text, state }) => ({
      id,
      account_id: 3,
      category_id: 1,
      slug: `a-${id}`,
      title,
      content: text,
      status: state,
      updated_at: 1_735_000_000,
    }));
    return { payload, meta: { current_page: 1, articles_count: own.length } };
  }
  if (path === `${base}/conversations`) {
    const all = tickets
      .filter(({ state }) => state === 'ended')
      .toSorted((left, right) => right.updated - left.updated);
    const payload = page(all, numberOf(request, 'page', 1), 25).map(({ id, updated }) => ({
      id,
      status: 'resolved',
      last_activity_at: updated,
      messages: [],
    }));
    return { data: { meta: { all_count: all.length }, payload } };
  }
  const ticket = tickets.find(
    ({ id, state }) => path === `${base}/conversations/${id}/messages` && state !== 'deleted',
  );
  if (!ticket) return 404;
  const before = Number(query.get('before') ?? Number.POSITIVE_INFINITY);
  const payload = ticket.messages
    .map(({ from, text }, index) => ({
      id: ticket.id * 100 + index,
      content: text,
      message_type: from === 'customer' ? 0 : 1,
      content_type: 'text',
      private: from === 'note',
      sender_type: { customer: 'Contact', agent: 'User', note: 'User', bot: 'AgentBot' }[from],
      created_at: messageTime(ticket, index),
    }))
    .filter(({ id }) => id < before)
    .slice(-2);
  return { meta: {}, payload };
};
