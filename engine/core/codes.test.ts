import { describe, expect, it } from 'vitest';
import { codesIn, familyOf } from './codes.ts';

describe('codes', () => {
  it.each([
    ['error e-1034 !!!', ['E1034']],
    ['F7', ['F7']],
    ["{ code: 'ERR_TLS_CERT' } and 0x80070490", ['ERR_TLS_CERT', '0X80070490']],
    ['Android 9, 30 days, order PW-4475310, my_file_name, 2FA', []],
  ])('finds them in "%s"', (text, codes) => {
    expect(codesIn(text)).toEqual(codes);
  });

  it('knows which belong together', () => {
    expect(familyOf('E4')).toBe(familyOf('E99'));
    expect(familyOf('0X1F00')).toBe(familyOf('0X2A00'));
    expect(familyOf('F4')).not.toBe(familyOf('E4'));
  });
});
