import { describe, expect, it } from 'vitest';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { questionsIn } from './questions-in.ts';

const questions = (message: string) => questionsIn(message).map(({ question }) => question);
const log = Array.from(
  { length: 40 },
  (_, n) => `2026-05-02 10:${n + 10}:11 INFO worker ${n} took the list`,
).join('\n');

describe('the questions in a message', () => {
  it('are several where each can stand alone', () => {
    expect(questions('How long is the warranty on the valve? And what does Plus cost?')).toEqual([
      'How long is the warranty on the valve?',
      'And what does Plus cost?',
    ]);
  });

  it('are one where the second leans on the first', () => {
    expect(questionsIn('Why is my thermostat offline? How do I fix it?')).toHaveLength(1);
  });

  it.each([
    ['how do I stop the plan and what does a parcel to Denmark cost?', 2],
    ['How long does the kettle last, what does a filter cost and do you sell toasters?', 3],
    ['Wie lange hält der Filter und was kostet ein Paket nach Polen?', 2],
    ['1. how do i stop the plan\n2. how long does a parcel take\n3. do you have a shop in oslo', 3],
    ['how do i stop the plan\nwhere is the shop in oslo', 2],
    ['Do you know how long delivery takes and what it costs?', 1],
    ['How do I export my list and where do I find it?', 1],
    ['Can I order bread and cheese?', 1],
    ['I do not know how to stop the plan and what to do', 1],
  ])('are told apart without a mark of their own: %s', (message, count) => {
    expect(questions(message)).toHaveLength(count);
  });

  it.each([
    ['syslog', (n: number) => `Nov 29 10:${n + 10}:01 host agent[${n}]: cache miss key=user_${n}`],
    [
      'a stack trace',
      (n: number) => `  File "/srv/app/mod${n}.py", line ${n}, in run\n    return self.next(ctx)`,
    ],
  ])('are found in the middle of %s', (_, line) => {
    const lines = Array.from({ length: 40 }, (_, n) => line(n)).join('\n');
    expect(questionsIn(`${lines}\nhow long is a gift card valid\n${lines}`)).toEqual([
      { question: 'how long is a gift card valid', text: 'how long is a gift card valid' },
    ]);
  });

  it('keep what leads up to them', () => {
    const [first] = questionsIn('I opened the valve. Can I return it to you? What does Plus cost a year?');
    expect(first).toEqual({
      question: 'Can I return it to you?',
      text: 'I opened the valve. Can I return it to you?',
    });
  });

  it.each([
    ['before', `What does E-1034 mean? This is my log:\n${log}`],
    ['behind', `This is my log:\n${log}\n\nWhat does E-1034 mean?`],
  ])('are found %s a long log', (_, message) => {
    expect(questionsIn(message).map(({ text }) => text.replace('This is my log: ', ''))).toEqual([
      'What does E-1034 mean?',
    ]);
  });

  it('are looked up without addresses and order numbers, unless nothing else is said', () => {
    expect(questionsIn('Where is my parcel PW-4475310 https://a.example/x?y=1 now?')[0]!.text).toBe(
      'Where is my parcel now?',
    );
    expect(questionsIn('PW-4475310')[0]!.text).toBe('PW-4475310');
  });

  it.each(['', '🙂', '???', ' \n '])('are one for "%s"', (message) => {
    expect(questionsIn(message)).toHaveLength(1);
  });

  it('take time in proportion to the message', () => {
    expectLinearTime(questionsIn, ['Is it so? ', 'a', 'https://', '1', '\n']);
  });
});
