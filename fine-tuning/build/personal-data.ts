// The last look before a file is written: the detectors of ingestion read every example as it will stand there.
import type { Entity } from '#core/entity-finder.ts';
import { withEntities } from '#redact/entity-findings.ts';
import type { EntityPass } from '#redact/entity-pass.ts';
import type { PersonalDataKind, Redactor } from '#redact/redact.ts';
import type { MadeExample } from './make-examples.ts';

export interface PersonalDataTools {
  readonly redactor: Redactor;
  readonly entities: Pick<EntityPass, 'find'>;
  /** Of a word in small letters. */
  readonly isPublished: (word: string) => boolean;
}

export interface PersonalFinding {
  readonly example: MadeExample;
  readonly kinds: readonly PersonalDataKind[];
}

/** What customers and agents said, as a conversation; passages, as the articles that they are. */
export async function findPersonalData(
  examples: readonly MadeExample[],
  { redactor, entities, isPublished }: PersonalDataTools,
): Promise<PersonalFinding[]> {
  const said = examples.map(({ from, example }) =>
    from.kind === 'conversation'
      ? [...from.turns.map(({ text }) => text), withoutCitations(example.messages.at(-1)!.content)]
      : [],
  );
  const flat = said.flat();
  const found = flat.length > 0 ? await entities.find(flat) : [];
  let place = 0;
  return examples.flatMap((example, index) => {
    const kinds = new Set<PersonalDataKind>();
    for (const text of said[index]!) {
      const named: readonly Entity[] = found[place++] ?? [];
      const findings = withEntities(text, redactor.findings(text, 'transcript'), {
        entities: named,
        isPublished,
      });
      for (const { kind } of findings) kinds.add(kind);
    }
    for (const { content } of example.example.messages)
      for (const { kind } of redactor.findings(content, 'article')) kinds.add(kind);
    return kinds.size > 0 ? [{ example, kinds: [...kinds].sort() }] : [];
  });
}

const withoutCitations = (text: string) => text.replace(/\s*\[\d{1,3}\]/g, '');
