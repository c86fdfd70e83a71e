import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, settingNames } from './config.ts';

const example = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8');
const settings = new Map(
  [...example.matchAll(/^# ([A-Z][A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
);

describe('loadConfig', () => {
  it('knows exactly the settings that .env.example explains, with the defaults given there', () => {
    expect([...settings.keys()].sort()).toEqual([...settingNames].sort());
    expect(loadConfig(Object.fromEntries(settings))).toEqual(loadConfig({}));
    for (const [name, value] of settings) expect(() => loadConfig({ [name]: value })).not.toThrow();
  });

  it('reports every problem at once, and unknown names of its own', () => {
    const load = () =>
      loadConfig({
        ANSWERDESK_PORT: 'x',
        ANSWERDESK_ALLOWED_ORIGINS: 'https://a.example/path',
        ANSWERDESK_CHAT_MODEL: 'openai:llama3.1:8b',
        ANSWERDESK_NOTHING: '1',
      });
    expect(load).toThrow(/ANSWERDESK_NOTHING: no such setting/);
    expect(load).toThrow(/ANSWERDESK_PORT/);
    expect(load).toThrow(/ANSWERDESK_ALLOWED_ORIGINS: write each origin as/);
    expect(() => loadConfig({ ANSWERDESK_CHAT_MODEL: 'openai:llama3.1:8b' })).toThrow(
      /ANSWERDESK_CHAT_BASE_URL/,
    );
  });

  it.each(['LANGSMITH_TRACING', 'LANGCHAIN_TRACING_V2'])('refuses %s unless tracing is allowed', (name) => {
    expect(() => loadConfig({ [name]: 'true' })).toThrow(/LangSmith/);
    expect(() => loadConfig({ [name]: 'true', ANSWERDESK_ALLOW_TRACING: 'true' })).not.toThrow();
    expect(() => loadConfig({ [name]: 'false' })).not.toThrow();
  });

  it('listens on ANSWERDESK_PORT, else on PORT, else on 3000', () => {
    const portOf = (env: Record<string, string>) => loadConfig(env).server.port;
    expect(portOf({ ANSWERDESK_PORT: '3001', PORT: '8080' })).toBe(3001);
    expect(portOf({ PORT: '8080' })).toBe(8080);
    expect(portOf({})).toBe(3000);
  });

  it.each([
    ['ANSWERDESK_PORT', 'abc', 'write the number of a port (0: any that is free) from 0 to 65535'],
    ['PORT', '65536', 'write the number of a port (0: any that is free) from 0 to 65535'],
    ['ANSWERDESK_PORT', '0x10', 'write the number of a port (0: any that is free) from 0 to 65535'],
    ['ANSWERDESK_TRUST_PROXY', 'yes', 'write a whole number from 0 to 10'],
    ['ANSWERDESK_CHAT_TOKEN_TIMEOUT_MS', '1.5', 'write a whole number from 1 to 3600000'],
    ['ANSWERDESK_METRICS_TOKEN', 'short', 'write at least 16 characters'],
  ])('says what %s=%s should be', (name, value, advice) => {
    expect(() => loadConfig({ [name]: value })).toThrow(`${name}: ${advice}`);
  });

  it('passes over what Kubernetes sets for Services named answerdesk and answerdesk-something', () => {
    const links = (prefix: string) => ({
      [`${prefix}_SERVICE_HOST`]: '10.0.0.7',
      [`${prefix}_SERVICE_PORT`]: '3000',
      [`${prefix}_SERVICE_PORT_HTTP`]: '3000',
      [`${prefix}_PORT`]: 'tcp://10.0.0.7:3000',
      [`${prefix}_PORT_3000_TCP`]: 'tcp://10.0.0.7:3000',
      [`${prefix}_PORT_3000_TCP_PROTO`]: 'tcp',
      [`${prefix}_PORT_3000_TCP_PORT`]: '3000',
      [`${prefix}_PORT_3000_TCP_ADDR`]: '10.0.0.7',
    });
    const env = { ...links('ANSWERDESK'), ...links('ANSWERDESK_WEB_2'), ...links('ANSWERDESK_METRICS') };
    expect(loadConfig(env)).toEqual(loadConfig({}));
    expect(loadConfig({ ...env, PORT: '8080' }).server.port).toBe(8080);
    expect(() => loadConfig({ ...env, ANSWERDESK_SERVICE: 'x' })).toThrow(/ANSWERDESK_SERVICE: no such/);
  });

  it('finds the models that ship wherever it is started', () => {
    const { embedder, reranker } = loadConfig({});
    for (const { model } of [embedder, reranker]) {
      expect(isAbsolute(model)).toBe(true);
      expect(existsSync(join(model, 'model.onnx'))).toBe(true);
    }
  });
});

describe('single sign-on', () => {
  const provider = {
    ANSWERDESK_OIDC_ISSUER: 'https://login.example.com',
    ANSWERDESK_OIDC_CLIENT_ID: 'desk',
    ANSWERDESK_OIDC_CLIENT_SECRET: 'secret',
  };

  it('reads roles by group, domains and scopes', () => {
    const { signIn } = loadConfig({
      ...provider,
      ANSWERDESK_PASSWORDS: 'off',
      ANSWERDESK_OIDC_ALLOWED_DOMAINS: 'Example.com, example.org',
      ANSWERDESK_OIDC_ROLE_CLAIM: 'groups',
      ANSWERDESK_OIDC_ROLES: 'cn=leads=admin, staff=agent',
    });
    expect(signIn).toMatchObject({
      passwords: false,
      newRole: undefined,
      provider: {
        allowedDomains: ['example.com', 'example.org'],
        roleOfGroup: { 'cn=leads': 'admin', staff: 'agent' },
        scopes: ['openid', 'email', 'profile'],
        logout: false,
      },
    });
    expect(loadConfig({}).signIn).toMatchObject({ passwords: true, provider: undefined });
  });

  it.each([
    [{ ANSWERDESK_PASSWORDS: 'off' }, /ANSWERDESK_PASSWORDS: without passwords/],
    [{ ANSWERDESK_OIDC_ISSUER: 'https://login.example.com' }, /needs ANSWERDESK_OIDC_CLIENT_ID/],
    [{ ...provider, ANSWERDESK_OIDC_ISSUER: 'http://login.example.com' }, /write https:/],
    [{ ...provider, ANSWERDESK_OIDC_ROLES: 'staff=boss' }, /write GROUP=ROLE/],
    [{ ...provider, ANSWERDESK_OIDC_ROLES: 'staff=agent' }, /needs ANSWERDESK_OIDC_ROLE_CLAIM/],
  ])('refuses %j and says why', (env, problem) => {
    expect(() => loadConfig(env)).toThrow(problem);
  });
});
