// News for the team's open pages: which conversation to ask for again, who is looking at it. What it says is read over HTTP, where
// permissions are checked once more.
import type { Server, Socket } from 'socket.io';
import type { Logger } from '#app/logger.ts';
import type { Look } from '#chat/runs/case-work.ts';
import type { Principal } from '#core/access.ts';
import { type ConversationKey, keyText } from '#core/tenant.ts';
import type { TeamDependencies } from './route.ts';
import { principalOf } from './team-router.ts';
import { type TeamClientEvents, type TeamServerEvents, teamRequests } from './wire.ts';

export interface TeamSocketsOptions extends Pick<TeamDependencies, 'accounts' | 'cases' | 'answering'> {
  readonly logger: Logger;
  /** How often an open page's session is looked at again. */
  readonly sessionCheckMs?: number;
}

type TeamSocket = Socket<TeamClientEvents, TeamServerEvents, object, { principal: Principal }>;

/** Changes of one conversation that come within this time are told once to who looks at it. */
const togetherMs = 50;
/**
 * All ask for their list again with each piece of news: they are told together, the later the more consoles are open, so that what all
 * of them ask for in a second is bounded. With 50 consoles it is a second.
 */
const perConsoleMs = 20;

export function attachTeamSockets(
  io: Server,
  { logger, sessionCheckMs = 30_000, ...dependencies }: TeamSocketsOptions,
): () => void {
  const team = io.of('/team');
  const { cases, answering } = dependencies;
  const changed = new Map<string, NodeJS.Timeout>();
  const listed = new Map<string, ConversationKey>();
  let telling: NodeJS.Timeout | undefined;

  team.use((socket, next) => {
    principalOf(socket.request, dependencies).then(
      (principal) => {
        if (!principal?.permissions.has('inbox:read')) return next(new Error('not-signed-in'));
        socket.data.principal = principal;
        next();
      },
      (error) => {
        logger.error({ err: error }, 'a team socket could not be opened');
        next(new Error('internal'));
      },
    );
  });
  team.on('connection', (socket: TeamSocket) => serve(socket));

  const stopSignals = answering.signals.listen((key, signal) => {
    if (signal.type !== 'typing' || signal.who !== 'customer') return;
    const { conversationId } = key;
    team.to(keyText(key)).emit('customer-typing', { conversationId, typing: signal.typing });
  });
  const stop = cases.onNews((news) => {
    const { tenantId, conversationId } = news.key;
    if (news.type === 'presence-changed') {
      const present = news.present.map(({ person, typing }) => ({ person, typing }));
      return void team.to(tenantId).emit('presence-changed', { conversationId, present });
    }
    if (news.type === 'promise-due')
      return void team.to(tenantId).emit('promise-due', { conversationId, dueAt: news.dueAt });
    const name = keyText(news.key);
    listed.set(name, news.key);
    telling ??= setTimeout(tellLists, Math.max(togetherMs, team.sockets.size * perConsoleMs));
    if (changed.has(name)) return;
    changed.set(
      name,
      setTimeout(() => {
        changed.delete(name);
        team.to(name).emit('conversation-changed', { conversationId });
      }, togetherMs),
    );
  });

  function tellLists(): void {
    telling = undefined;
    for (const { tenantId, conversationId } of listed.values())
      team.to(tenantId).emit('conversation-changed', { conversationId });
    listed.clear();
  }

  function serve(socket: TeamSocket): void {
    const { tenantId, person } = socket.data.principal;
    void socket.join(tenantId);
    const attending = new AbortController();
    if (socket.data.principal.kind === 'user') cases.attend(tenantId, person, attending);
    let looking = new AbortController();
    let look: Look | undefined;
    let room: string | undefined;
    const leave = () => {
      looking.abort();
      look = undefined;
      if (room !== undefined) void socket.leave(room);
      room = undefined;
    };
    socket.on('look', (request) => {
      const parsed = teamRequests.look.safeParse(request);
      if (!parsed.success) return;
      leave();
      const { conversationId } = parsed.data;
      if (conversationId === null) return;
      looking = new AbortController();
      room = keyText({ tenantId, conversationId });
      void socket.join(room);
      look = cases.look({ tenantId, conversationId }, person, looking);
    });
    socket.on('typing', (request) => {
      const parsed = teamRequests.typing.safeParse(request);
      if (parsed.success) look?.typing(parsed.data.typing);
    });
    // A session that ended elsewhere hears nothing more.
    const timer = setInterval(() => {
      principalOf(socket.request, dependencies).then(
        (principal) => {
          if (!principal?.permissions.has('inbox:read')) socket.disconnect(true);
        },
        () => {},
      );
    }, sessionCheckMs);
    socket.on('disconnect', () => {
      clearInterval(timer);
      attending.abort();
      leave();
    });
  }

  return () => {
    stop();
    stopSignals();
    clearTimeout(telling);
    for (const timer of changed.values()) clearTimeout(timer);
  };
}
