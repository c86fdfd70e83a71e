// Whose record a conversation is, as far as its source says so: fields that hold an address and nothing else, and that do not speak of
// the team.
import { emailsIn } from '#privacy/erased-people.ts';
import { isEmail } from '#privacy/subject.ts';

const ofTheTeam = /agent|assign|admin|operator|staff|support/i;
const mostDepth = 5;
/** Copies to a list are not its owners. */
const mostPeople = 20;

export function peopleIn(record: unknown): readonly string[] {
  const found = new Set<string>();
  const walk = (value: unknown, depth: number): void => {
    if (typeof value === 'string') {
      const address = addressIn(value);
      if (address && found.size < mostPeople) found.add(address.toLowerCase());
    } else if (typeof value === 'object' && value !== null && depth < mostDepth) {
      for (const [name, inner] of Object.entries(value))
        if (!ofTheTeam.test(name) && !isOfTheTeam(inner)) walk(inner, depth + 1);
    }
  };
  walk(record, 0);
  return [...found];
}

/** `{ "role": "agent", "email": … }` */
function isOfTheTeam(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { role, type, kind } = value as Record<string, unknown>;
  return [role, type, kind].some((word) => typeof word === 'string' && ofTheTeam.test(word));
}

/** `ann@example.com`, `Ann <ann@example.com>`. */
function addressIn(text: string): string | undefined {
  if (text.length > 400 || !text.includes('@')) return undefined;
  const bare = /^[^<>]*<([^<>\s]+)>\s*$/.exec(text)?.[1] ?? text.trim();
  return isEmail(bare) ? emailsIn(bare)[0] : undefined;
}
