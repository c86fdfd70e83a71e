// Accounts for the run: an admin by the command line, agents by the interface of the team, and their sessions.
import type { Workspace } from '../bench/workspace.ts';

export interface SignInOptions {
  readonly workspace: Workspace;
  readonly dataDir: string;
  readonly url: string;
  readonly agents: number;
}

const password = 'three blue kettles';

/** The cookies of their sessions. */
export async function signInAgents({ workspace, dataDir, url, agents }: SignInOptions): Promise<string[]> {
  const { stdout } = await workspace.run('cli/main.ts', {
    args: ['users', 'create-admin', 'admin@example.com', '--json'],
    settings: { ANSWERDESK_DATA_DIR: dataDir },
  });
  const api = `${url}/api/v1`;

  async function post(path: string, body: object, headers: Record<string, string>): Promise<Response> {
    const response = await fetch(api + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async function signIn(email: string, token: string, address: string): Promise<string> {
    const headers = { 'x-forwarded-for': address };
    await post('/password-links/use', { token, password }, headers);
    const response = await post('/session', { email, password }, headers);
    return response.headers.getSetCookie()[0]!.split(';')[0]!;
  }

  const { link } = JSON.parse(stdout) as { link: string };
  const admin = await signIn('admin@example.com', new URL(link).hash.slice(1), '10.0.0.1');
  const cookies: string[] = [];
  for (let number = 1; number <= agents; number += 1) {
    const email = `agent-${number}@example.com`;
    const body = { email, name: `Agent ${number}`, role: 'agent' };
    const invited = await post('/users', body, { cookie: admin, 'x-forwarded-for': '10.0.0.1' });
    const { link } = (await invited.json()) as { link: { token: string } };
    cookies.push(await signIn(email, link.token, `10.1.0.${number}`));
  }
  return cookies;
}
