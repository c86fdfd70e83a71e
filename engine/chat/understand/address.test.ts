import { describe, expect, it } from 'vitest';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { addressIn } from './address.ts';

describe('an e-mail address in a message', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    ['it is Ann.Lee+shop@mail.example.co.uk.', 'Ann.Lee+shop@mail.example.co.uk'],
    ['<bob_1@example.com>, thanks', 'bob_1@example.com'],
    ['我的邮箱是wang@example.cn', 'wang@example.cn'],
    ['@ann', undefined],
    ['ann@localhost', undefined],
    ['ann@@example.com', undefined],
    ['a@b', undefined],
    [`${'a'.repeat(70)}@example.com`, undefined],
  ])('%s', (text, found) => {
    expect(addressIn(text)).toBe(found);
  });

  it('is found in linear time', () => {
    expectLinearTime(addressIn, ['a', 'a.', 'a@', 'a@b.', '-', 'a-']);
  });
});
