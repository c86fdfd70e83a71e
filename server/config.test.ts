import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, settingNames } from './config.ts';

const example = readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8');
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
        ANSWERDESK_CHAT_MODEL: 'llama3.1:8b',
        ANSWERDESK_NOTHING: '1',
      });
    expect(load).toThrow(/ANSWERDESK_NOTHING: no such setting/);
    expect(load).toThrow(/ANSWERDESK_PORT/);
    expect(load).toThrow(/ANSWERDESK_ALLOWED_ORIGINS: write each origin as/);
    expect(() => loadConfig({ ANSWERDESK_CHAT_MODEL: 'llama3.1:8b' })).toThrow(/ANSWERDESK_CHAT_BASE_URL/);
  });

  it.each(['LANGSMITH_TRACING', 'LANGCHAIN_TRACING_V2'])('refuses %s unless tracing is allowed', (name) => {
    expect(() => loadConfig({ [name]: 'true' })).toThrow(/LangSmith/);
    expect(() => loadConfig({ [name]: 'true', ANSWERDESK_ALLOW_TRACING: 'true' })).not.toThrow();
    expect(() => loadConfig({ [name]: 'false' })).not.toThrow();
  });
});
