// The data- attributes of the script tag, checked. They choose looks and words; nothing here reaches the prompt or model.
import { chooseLanguage, type Strings } from './strings.ts';

export interface Settings {
  /** Origin of the server: where the script itself came from. */
  readonly server: string;
  readonly language: string;
  readonly strings: Strings;
  readonly title: string;
  readonly greeting: string;
  /** `#rrggbb`. */
  readonly color: string;
  /** Without a choice: where the lines of the page end. */
  readonly position?: 'right' | 'left' | undefined;
  /** Without a choice: the page's. */
  readonly direction?: 'ltr' | 'rtl' | undefined;
  readonly theme: 'auto' | 'light' | 'dark';
  /** Questions offered before the first message. */
  readonly suggestions: readonly string[];
  readonly rememberHours: number;
  readonly open: boolean;
  /** By which the website says who its visitor is. */
  readonly identity?: string | undefined;
}

const defaultColor = '#0f6b5c';

export function readSettings(
  data: Readonly<Record<string, string | undefined>>,
  scriptAddress: string,
  languages: readonly string[],
): Settings {
  const { language, strings } = chooseLanguage(data.language ? [data.language] : languages);
  return {
    server: new URL(scriptAddress).origin,
    language,
    strings,
    title: data.title?.trim() || strings.title,
    greeting: data.greeting?.trim() || strings.greeting,
    color: hexColor(data.color),
    position: oneOf(data.position, ['right', 'left']),
    direction: oneOf(data.direction, ['ltr', 'rtl']),
    theme: oneOf(data.theme, ['light', 'dark']) ?? 'auto',
    suggestions: (data.suggestions ?? '')
      .split('|')
      .map((question) => question.trim())
      .filter(Boolean)
      .slice(0, 4),
    rememberHours: Math.min(Math.max(Number(data.rememberHours) || 0, 0), 24 * 30),
    open: data.open !== undefined && data.open !== 'false',
    identity: data.identity?.trim() || undefined,
  };
}

function oneOf<const Choice extends string>(
  value: string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  return choices.find((choice) => choice === value);
}

function hexColor(value: string | undefined): string {
  const [, digits] = /^#?([\da-f]{3}|[\da-f]{6})$/i.exec(value?.trim() ?? '') ?? [];
  if (!digits) return defaultColor;
  return `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}`.toLowerCase();
}

/** Black or white, whichever can be read better on `color` (WCAG 2.2 relative luminance). */
export function textColorOn(color: string): '#000000' | '#ffffff' {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // Contrast with white, (1.05) / (L + .05), beats contrast with black, (L + .05) / .05, below this luminance.
  return luminance < 0.179 ? '#ffffff' : '#000000';
}
