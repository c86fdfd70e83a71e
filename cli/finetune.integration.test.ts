// `answerdesk finetune` as a person uses it: a desk with articles and settled conversations, a set, a look at it, a job that nobody agreed to.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJsonLines, runCommandLine, succeed } from './testing/run-command.ts';

let folder: string;
const env = () => ({ ANSWERDESK_DATA_DIR: join(folder, 'desk') });
const run = (...args: string[]) => runCommandLine('cli/main.ts', args, env());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'finetune-'));
  await mkdir(join(folder, 'help'));
  const articles = {
    'lamp.md':
      '# Resetting the lamp\n\nHold the dial of the lamp for ten seconds to reset it. The light turns white when it is ready.\n',
    'returns.md':
      '# Returning an item\n\nUnused items can be returned within 30 days of delivery. Print the label from your account.\n',
    'battery.md':
      '# The battery\n\nThe battery of the sensor lasts for two years. Replace it with a new one of the same kind.\n',
  };
  for (const [name, text] of Object.entries(articles)) await writeFile(join(folder, 'help', name), text);
  const turns = Array.from({ length: 12 }, (_, index) => {
    const lamp = index % 2 === 0;
    const said = [
      [
        'customer',
        lamp
          ? `my lamp number ${index} blinks, how do i reset it`
          : `the item came in week ${index}, how long can i return it`,
      ],
      [
        'agent',
        lamp
          ? 'No worries, happens a lot in winter! Hold the dial of the lamp for ten seconds to reset it.'
          : 'Unused items can be returned within 30 days of delivery. I would do it soon, my colleague is on holiday.',
      ],
      ['customer', 'that worked, thank you so much, problem solved!'],
    ];
    return said.map(([role, text], turn) =>
      JSON.stringify({
        conversation_id: `c-${index}`,
        role,
        text,
        time: `2026-10-${10 + index}T10:0${turn}:00Z`,
      }),
    );
  });
  await writeFile(join(folder, 'help/chats.jsonl'), `${turns.flat().join('\n')}\n`);
  await succeed(run('ingest', join(folder, 'help')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('answerdesk finetune', () => {
  it('builds a set of what the team answered, which can be checked and is not sent without a yes', async () => {
    const { stdout } = await succeed(
      run('finetune', 'build', '--name', 'first', '--validation', '0.2', '--test', '0.2', '--json'),
    );
    const { folder: set, splits, files } = JSON.parse(stdout);
    expect(splits.train.examples).toBeGreaterThan(0);
    const rows = await readJsonLines<{
      messages: { role: string; content: string }[];
      conversationId?: string;
    }>(join(set, 'train.jsonl'));
    expect(rows).toHaveLength(splits.train.examples);
    const text = JSON.stringify(rows);
    expect(text).toContain('Hold the dial of the lamp for ten seconds');
    expect(rows.map(({ messages }) => messages.at(-1)!.content).join()).not.toMatch(/winter|colleague/);
    expect(Object.keys(files)).toEqual(['train.jsonl', 'validation.jsonl', 'test.jsonl']);
    expect(await readFile(join(set, 'card.md'), 'utf8')).toContain('# Training data `first`');

    const again = await run('finetune', 'build', '--name', 'first');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/there already/) });

    const broken = join(folder, 'broken.jsonl');
    await writeFile(broken, '{"messages": []}\n');
    expect(await run('finetune', 'check', broken)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/line 1: messages/),
    });

    const unconfigured = await run('finetune', 'submit', 'first', '--model', 'small');
    expect(unconfigured).toMatchObject({ code: 2, stderr: expect.stringMatching(/OPENAI_API_KEY/) });
    expect(await run('finetune', 'status', 'first')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Submitted were: none/),
    });
  });

  it('lists chat models beside embedders, and has nothing to go back to at first', async () => {
    const { stderr } = await succeed(run('models', 'list'));
    expect(stderr).toMatch(/\* {2}extractive/);
    expect(await run('models', 'rollback', '--chat')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nothing to go back to/),
    });
    expect(await run('models', 'use', 'nothing', '--chat')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no chat model nothing/),
    });
  });
});
