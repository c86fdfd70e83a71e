import { describe, expect, it } from 'vitest';
import { readSettings, textColorOn } from './settings.ts';
import { chooseLanguage, fill } from './strings.ts';

const address = 'https://chat.example.com/widget.js?v=3';
const read = (data: Record<string, string>, languages = ['en']) => readSettings(data, address, languages);

describe('readSettings', () => {
  it('takes the server from where the script came from, and from nowhere else', () => {
    expect(read({ server: 'https://evil.example' }).server).toBe('https://chat.example.com');
  });

  it('passes nothing on that could reach the prompt or the model', () => {
    const settings = read({ prompt: 'x', model: 'y', temperature: '2', title: 'Help' });
    expect(JSON.stringify(settings)).not.toMatch(/prompt|model|temperature/);
  });

  it('falls back where a value is not usable', () => {
    const settings = read({
      color: 'red; background: url(//evil)',
      position: 'top',
      theme: 'pink',
      rememberHours: 'x',
    });
    expect(settings).toMatchObject({
      color: '#0f6b5c',
      position: undefined,
      theme: 'auto',
      rememberHours: 0,
    });
    expect(read({ rememberHours: '99999' }).rememberHours).toBe(720);
    expect(read({ color: '#FA0' }).color).toBe('#ffaa00');
  });

  it('speaks the language asked for, else one that the visitor reads, else English', () => {
    expect(read({ language: 'de-AT' }, ['fr']).language).toBe('de');
    expect(read({}, ['nl', 'es-MX', 'en']).language).toBe('es');
    expect(read({}, ['', 'pt-BR']).language).toBe('pt');
    expect(read({}, ['zh-Hans-CN']).language).toBe('zh');
    expect(read({ language: 'constructor' }, ['fr']).language).toBe('en');
  });

  it('puts readable text on any colour (WCAG AA, 4.5 to 1)', () => {
    const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    for (let color = 0; color < 0xffffff; color += 9_973) {
      const [r, g, b] = [color >> 16, (color >> 8) & 255, color & 255].map((value) =>
        channel(value / 255),
      ) as [number, number, number];
      const back = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      const text = textColorOn(`#${color.toString(16).padStart(6, '0')}`) === '#ffffff' ? 1 : 0;
      const contrast = (Math.max(back, text) + 0.05) / (Math.min(back, text) + 0.05);
      expect(contrast).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('strings', () => {
  it('say everything in each language, with the same places to fill', () => {
    const english = chooseLanguage(['en']).strings;
    for (const language of ['es', 'fr', 'de']) {
      const { strings } = chooseLanguage([language]);
      expect(Object.keys(strings)).toEqual(Object.keys(english));
      for (const [key, text] of Object.entries(strings)) {
        expect(text, key).not.toBe('');
        expect(text.includes('{}'), key).toBe(english[key as keyof typeof english].includes('{}'));
      }
    }
  });

  it('fills in values as they are', () => {
    expect(fill('A person replies to {}.', '$& <b>')).toBe('A person replies to $& <b>.');
  });
});
