import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder, readItems, type TemporaryFolder } from '../testing/source-folder.ts';
import { peopleIn } from './people-in.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const people = async (name: string, content: string) =>
  (await readItems([await folder.write(name, content)])).map((item) =>
    item.type === 'conversation' ? [...(item.people ?? [])].sort() : item.type,
  );

describe('whose record it is', () => {
  it('stands in fields that hold an address and nothing else, and do not speak of the team', () => {
    expect(
      peopleIn({
        requester: { email: 'Ann@Example.com', name: 'Ann' },
        via: 'Bob Low <bob@example.com>',
        assignee_email: 'mia@desk.example',
        author: { role: 'agent', email: 'tom@desk.example' },
        support_address: 'help@desk.example',
        description: 'My colleague eve@example.com wrote to you.',
        deep: { a: { b: { c: { d: { e: 'far@example.com' } } } } },
      }),
    ).toEqual(['ann@example.com', 'bob@example.com']);
    expect(peopleIn('text')).toEqual([]);
    expect(peopleIn(null)).toEqual([]);
  });

  it('comes with a conversation from tables, messages in rows, and mails', async () => {
    const turns = [
      { role: 'customer', text: 'It is broken.' },
      { role: 'agent', text: 'Turn it off.' },
    ];
    expect(
      await people(
        'a.jsonl',
        `${JSON.stringify({ id: '1', customer_email: 'ann@example.com', messages: turns })}\n`,
      ),
    ).toEqual([['ann@example.com']]);
    const rows = [
      'conversation_id,role,text,email',
      '7,customer,It is broken.,ann@example.com',
      '7,agent,Turn it off.,mia@desk.example',
    ];
    expect(await people('b.csv', `${rows.join('\n')}\n`)).toEqual([['ann@example.com']]);
    const mail = (from: string, to: string, id: string, reply = '') =>
      `From: ${from}\nTo: ${to}\nSubject: Broken\nMessage-ID: <${id}@x>\n${reply}Date: Thu, 1 Jan 2026 10:00:00 +0000\n\nIt is what it is.\n`;
    await folder.write('mails/1.eml', mail('Ann <ann@example.com>', 'help@desk.example', '1'));
    await folder.write(
      'mails/2.eml',
      mail('help@desk.example', 'ann@example.com', '2', 'In-Reply-To: <1@x>\n'),
    );
    const items = await readItems([`${folder.path}/mails`]);
    expect(items.map((item) => item.type === 'conversation' && item.people)).toEqual([['ann@example.com']]);
  });
});
