// Which operating systems a text names. What an article says of one of them is wrong on another, and customers call them by their devices.
// Only names that stand for one system: "phone", "computer" and "tablet" may be any.

/** As a customer may choose between them. */
export const platformNames = {
  windows: 'Windows',
  macos: 'Mac',
  ios: 'iPhone, iPad',
  android: 'Android',
  linux: 'Linux',
} as const;
export type Platform = keyof typeof platformNames;

/** Whole words, without case. "Windows that are open" and a "MAC address", in the desk's languages, are of no system. */
const patterns: Readonly<Record<Platform, RegExp>> = {
  windows: /\b(?:windows(?! (?:are|were|open|stay))|win ?(?:7|8|10|11)|pc)\b/,
  macos:
    /\b(?:mac ?os|os ?x|(?<!(?:adresse|dirección|endereço) )macs?(?! ?(?:addr|adress|地址))|macbooks?|imacs?)\b/,
  ios: /\b(?:ios|ipados|i ?phones?|i ?pads?)\b/,
  android: /\bandroid\b/,
  linux: /\b(?:linux|ubuntu|debian|fedora)\b/,
};

const handheld = /\b(?:smart|mobile |cell)?phones?\b|\b(?:mobiles?|tablets?|handys?)\b/;
const desktop = /\b(?:computers?|desktops?|laptops?|notebooks?)\b/;

/** Those that a text leaves open: all, or the ones of phones, or of computers. */
export function platformsOpenIn(text: string): ReadonlySet<Platform> {
  const words = text.toLowerCase();
  const systems: readonly Platform[] = handheld.test(words) ? ['ios', 'android'] : [];
  const others: readonly Platform[] = desktop.test(words) ? ['windows', 'macos', 'linux'] : [];
  const named = [...systems, ...others];
  return new Set(named.length > 0 ? named : (Object.keys(patterns) as Platform[]));
}

/** Underscores, hyphens and slashes separate words, as in addresses. */
export function platformsIn(text: string): ReadonlySet<Platform> {
  const words = text.toLowerCase().replace(/[-_/]+/g, ' ');
  const platforms = Object.keys(patterns) as Platform[];
  return new Set(platforms.filter((platform) => patterns[platform].test(words)));
}

/** Of texts, innermost first, what the first that names a platform names: a heading counts before the title above it. */
export function platformsOf(names: readonly string[]): ReadonlySet<Platform> {
  for (const name of names) {
    const named = platformsIn(name);
    if (named.size > 0) return named;
  }
  return new Set();
}

/** Whether something is about other platforms than what is asked about. What names none may be about any. */
export function isOfOtherPlatform(own: ReadonlySet<Platform>, asked: ReadonlySet<Platform>): boolean {
  return own.size > 0 && asked.size > 0 && own.isDisjointFrom(asked);
}
