// Setting a desk up: its first admin, its articles, a test question.
import { z } from 'zod';
import { AppError, toAppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import { defaultTenant } from '#core/tenant.ts';
import { messageText } from '../protocol.ts';
import { type Route, route } from './route.ts';
import {
  answered,
  articles,
  deskName,
  email,
  fileName,
  ingestBody,
  ingestRun,
  password,
  personName,
  setup,
  uploadedFile,
} from './wire.ts';

const token = z.string().regex(/^[\w-]{44}$/);
const notHere = (what: string) => new AppError('not-found', `There is no ${what} here.`);

/** Of the sample company, as `answerdesk start --sample` reads it. */
const sampleSource = 'sample';

export const setUpRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/setup',
    summary:
      'What the page for signing in has to know: whether anybody has an account, and which ways in there are.',
    access: 'anyone',
    response: setup,
    async handle(_request, { accounts, store, signIn }) {
      const { company } = await store.settings(defaultTenant);
      return {
        hasAccounts: (await accounts.users(defaultTenant)).length > 0,
        passwords: signIn?.passwords ?? true,
        ...(signIn?.provider
          ? { provider: { name: signIn.provider.name, logout: signIn.provider.logout } }
          : {}),
        ...(company ? { deskName: company } : {}),
      };
    },
  }),
  route({
    method: 'post',
    path: '/setup/link',
    summary: 'Whether the link that the first start printed still holds.',
    access: 'anyone',
    body: z.strictObject({ token }),
    async handle({ body }, { setupLink }) {
      if (!setupLink) throw notHere('set-up');
      await setupLink.check(body.token);
    },
  }),
  route({
    method: 'post',
    path: '/setup/admin',
    summary: 'Makes the first admin by that link, names the desk, and signs in. Works once.',
    access: 'anyone',
    body: z.strictObject({ token, email, name: personName, password, deskName }),
    async handle({ body, device, setSession }, { setupLink, accounts, store }) {
      if (!setupLink) throw notHere('set-up');
      const user = await setupLink.use(body.token, () => accounts.createAdmin(body));
      await store.saveSettings(defaultTenant, {
        ...(await store.settings(defaultTenant)),
        company: body.deskName,
      });
      await accounts.audit('system', { action: 'desk.set-up', subject: user.id });
      const done = await accounts.signIn({ email: body.email, password: body.password, device });
      if (done.result === 'signed-in') setSession(done);
    },
  }),
  route({
    method: 'get',
    path: '/articles',
    summary: 'Sources of the knowledge base, files that were uploaded, and the last run of reading them.',
    access: 'knowledge:read',
    response: articles,
    async handle(_request, { articles }) {
      if (!articles) throw notHere('reading of articles');
      const run = articles.runs.current();
      return {
        sources: articles.sources().map(({ name, documents }) => ({
          name,
          documents,
          ...(name === sampleSource ? { isSample: true as const } : {}),
        })),
        files: await articles.files.list(),
        ...(run ? { run } : {}),
      };
    },
  }),
  route({
    method: 'put',
    path: '/articles/files/:name',
    summary: 'Uploads a file of articles, at most 50 MB. It is read when a run of the files is begun.',
    access: 'knowledge:edit',
    params: z.strictObject({ name: fileName }),
    takesFile: true,
    response: uploadedFile,
    async handle({ params, file, principal }, { articles, accounts }) {
      if (!articles) throw notHere('reading of articles');
      const put = await articles.files.put(params.name, file);
      await accounts.audit(principal, { action: 'article-file.uploaded' });
      return put;
    },
  }),
  route({
    method: 'delete',
    path: '/articles/files/:name',
    summary: 'Removes an uploaded file. Its articles go with the next run of the files.',
    access: 'knowledge:edit',
    params: z.strictObject({ name: fileName }),
    async handle({ params, principal }, { articles, accounts }) {
      if (!(await articles?.files.remove(params.name))) throw notHere('such file');
      await accounts.audit(principal, { action: 'article-file.removed' });
    },
  }),
  route({
    method: 'post',
    path: '/articles/runs',
    summary:
      'Reads the uploaded files, or a website, into the knowledge base. One run at a time; 409 while one is on.',
    access: 'knowledge:edit',
    body: ingestBody,
    response: ingestRun,
    async handle({ body, principal }, { articles, accounts }) {
      if (!articles) throw notHere('reading of articles');
      const { url, replaceSample } = body;
      if (url === undefined && (await articles.files.list()).length === 0)
        throw new AppError('bad-input', 'No files were uploaded.', {
          publicMessage: 'Upload files first, or give the address of a help centre.',
        });
      const hasSample = articles.sources().some(({ name }) => name === sampleSource);
      const run = articles.runs.begin(url === undefined ? { folder: articles.files.folder } : { url }, {
        without: replaceSample && hasSample ? sampleSource : undefined,
      });
      await accounts.audit(principal, { action: 'articles.run-started' });
      return run;
    },
  }),
  route({
    method: 'post',
    path: '/articles/runs/stop',
    summary: 'Stops the run. The knowledge base stays as it was.',
    access: 'knowledge:edit',
    async handle(_request, { articles }) {
      if (!articles?.runs.stop()) throw notHere('run that could be stopped');
    },
  }),
  route({
    method: 'post',
    path: '/answers',
    summary: 'Answers one question from the knowledge base. Nothing is stored.',
    access: 'answers:ask',
    body: z.strictObject({ question: messageText }),
    response: answered,
    handle: ({ body, signal }, { answering }) => lastOf(answering.ask({ text: body.question }, { signal })),
  }),
];

async function lastOf(events: AsyncIterable<ChatEvent>): Promise<z.input<typeof answered>> {
  let last: ChatEvent | undefined;
  for await (const event of events) last = event;
  if (last?.type === 'answer-error')
    throw new AppError(last.code, 'There is no answer.', { publicMessage: last.message });
  if (last?.type !== 'answer-end') throw toAppError(new Error('The answer ended without saying how.'));
  const { text, decision, citations = [] } = last.message;
  return {
    text,
    ...(decision ? { decision } : {}),
    citations: citations.map(({ number, documentId, title, url, quote }) => ({
      number,
      documentId,
      title,
      quote,
      ...(url === undefined ? {} : { url }),
    })),
  };
}
