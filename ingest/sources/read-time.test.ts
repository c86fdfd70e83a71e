import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTime, readTimes } from './read-time.ts';

const moment = Date.UTC(2024, 4, 25, 16, 5);

describe('a time', () => {
  it.each([
    '2024-05-25T16:05:00Z',
    '2024-05-25T16:05:00.000000Z',
    '2024-05-25 16:05',
    '2024-05-25 16:05:00 +0000',
    '2024-05-25 16:05:00 UTC',
    '2024-05-25T18:05:00+02:00',
    '2024-05-25T18:05:00+0200',
    '2024/05/25 16:05',
    '25/05/2024 16:05',
    '25.05.2024 16:05',
    '25.05.2024, 16:05:00 Uhr',
    '25/05/24 4:05 PM',
    '25/05/2024, 04:05:00 p.m.',
    'Sat, 25 May 2024 18:05:00 +0200',
    'May 25, 2024 4:05 PM',
    '20240525160500',
    moment / 1000,
    String(moment / 1000),
    moment,
    moment * 1000,
    moment * 1_000_000,
    `/Date(${moment})/`,
    { $date: '2024-05-25T16:05:00Z' },
  ])('is read from %j', (written) => {
    expect(readTime(written)).toBe(moment);
  });

  it.each([
    '2031-02-31T00:00:00Z',
    '31/02/2024',
    'yesterday',
    '',
    '0',
    12,
    '2024-05-25 16:75',
    '1900-01-01',
    null,
    {},
    true,
  ])('is none in %j', (written) => {
    expect(readTime(written)).toBeUndefined();
  });

  it('of a day is its beginning', () => {
    expect(readTime('2024-05-25')).toBe(Date.UTC(2024, 4, 25));
    expect(readTime('05/25/2024', 'month-first')).toBe(Date.UTC(2024, 4, 25));
  });
});

describe('times of a conversation', () => {
  const days = (values: readonly string[]) =>
    readTimes(values).map((time) =>
      time === undefined ? undefined : new Date(time).toISOString().slice(0, 10),
    );

  it('have their day or month first as one of them demands', () => {
    expect(days(['03/04/2024', '25/04/2024'])).toEqual(['2024-04-03', '2024-04-25']);
    expect(days(['03/04/2024', '03/25/2024'])).toEqual(['2024-03-04', '2024-03-25']);
  });

  it('are otherwise read so that they stand in order', () => {
    expect(days(['04/12/2024', '05/01/2024'])).toEqual(['2024-04-12', '2024-05-01']);
    expect(days(['12/04/2024', '01/05/2024'])).toEqual(['2024-04-12', '2024-05-01']);
    expect(days(['01/05/2024', '01/05/2024'])).toEqual(['2024-05-01', '2024-05-01']);
  });

  it('never throw, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.anything())),
        (values) => readTimes(values).length === values.length,
      ),
    );
  });
});
