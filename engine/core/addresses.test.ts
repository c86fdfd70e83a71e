import { describe, expect, it } from 'vitest';
import { addressesIn, hostOf, hostsIn } from './addresses.ts';

describe('addresses in text', () => {
  it('are found whole, without the marks of the sentence', () => {
    expect(addressesIn('See https://a.example/x?y=1, (www.b.example/z) or mail help@c.example.')).toEqual([
      'https://a.example/x?y=1',
      'www.b.example/z',
      'help@c.example',
    ]);
    expect(addressesIn('at 5 pm, a @handle, e.g. this.that and http: nothing')).toEqual([]);
  });

  it('have a host', () => {
    expect(hostsIn('https://A.example:8080/x www.b.example/z help@c.example')).toEqual([
      'a.example',
      'www.b.example',
      'c.example',
    ]);
    expect(hostOf('https://')).toBe('');
  });
});
