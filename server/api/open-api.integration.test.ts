// The description of the interface: valid, whole, and readable.
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signature } from '#connectors/notices/webhook.ts';
import { permissionsOf } from '#core/access.ts';
import { openTeam } from '../testing/open-team.ts';
import { operations } from './api-router.ts';
import { tags } from './operation.ts';

async function open() {
  const desk = await openTeam();
  onTestFinished(() => desk[Symbol.asyncDispose]());
  return desk;
}

type Document = {
  paths: Record<string, Record<string, { operationId: string; tags: string[] }>>;
  webhooks: Record<string, unknown>;
  components: { schemas: Record<string, unknown> };
};

describe('/api/openapi.json', () => {
  it('is a valid OpenAPI 3.1 document whose references all lead somewhere', async () => {
    const { url } = await open();
    const response = await fetch(`${url}/api/openapi.json`);
    const document = (await response.json()) as Document;
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty([name!]);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('has every operation, each under a name and a tag of its own', async () => {
    const { url } = await open();
    const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;
    for (const { method, path } of operations) expect(document.paths[path]).toHaveProperty([method]);
    const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(described).toHaveLength(operations.length);
    expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(operations.length);
    const known = tags.map(({ name }) => name);
    for (const { tags: own } of described) expect(known).toContain(own[0]);
    expect(Object.keys(document.webhooks)).toEqual(['handoff.requested', 'promise.due']);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/v1/conversations', '/v1/chat/completions', '/api/v1/inbox', '/healthz']),
    );
  });

  it('says the limits that this server has', async () => {
    const desk = await openTeam({ env: { ANSWERDESK_MAX_MESSAGE_LENGTH: '321' } });
    onTestFinished(() => desk[Symbol.asyncDispose]());
    expect(await (await fetch(`${desk.url}/api/openapi.json`)).text()).toContain('"maxLength":321');
  });
});

describe('/api/', () => {
  it('shows every operation with what it needs and an example, without a script', async () => {
    const { url } = await open();
    const response = await fetch(`${url}/api/`);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await response.text();
    for (const { path, summary } of operations) {
      expect(page).toContain(`<code>${path}</code>`);
      expect(page).toContain(summary.split('`')[0]!.replace(/&/g, '&#38;'));
    }
    for (const permission of permissionsOf.admin) expect(page).toContain(permission);
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.)/);
    expect((await fetch(`${url}/api/reference.css`)).headers.get('content-type')).toMatch(/^text\/css/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/ href="#([^"]+)"/g)) expect(ids).toContain(target);
  });
});

describe('a method that an address does not have', () => {
  it('is refused with those that it has', async () => {
    const { url } = await open();
    for (const [method, path, allow] of [
      ['PUT', '/api/v1/inbox', 'GET, HEAD'],
      ['PATCH', '/api/conversations', 'POST, GET, HEAD'],
      ['GET', '/v1/chat/completions', 'POST'],
      ['DELETE', '/healthz', 'GET, HEAD'],
      ['POST', `/api/v1/users/${'a'.repeat(22)}`, 'PATCH'],
    ] as const) {
      const response = await fetch(`${url}${path}`, { method });
      expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, allow]);
    }
  });
});

describe('the signature of a webhook', () => {
  it('is what docs/api.md tells receivers to check', async () => {
    const { createHmac } = await import('node:crypto');
    const parts = ['id', '1767225600', '{"type":"handoff.requested"}'] as const;
    const expected = createHmac('sha256', 'a secret of at least 24 bytes')
      .update(parts.join('.'))
      .digest('base64');
    expect(signature('a secret of at least 24 bytes', parts)).toBe(`v1,${expected}`);
  });
});
