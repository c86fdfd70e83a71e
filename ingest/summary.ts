// What a job did, in words.
import type { JobSummary } from './job.ts';

export function describeJob(summary: JobSummary): string {
  const { counts, documents, chunks, generation, published } = summary;
  const lines: string[] = [];
  if (counts) {
    const left = [
      entry(counts.quarantined, 'could not be read'),
      entry(counts.erased, 'left out because their owners were erased'),
      entry(counts.expired, 'left out because they are older than they may be kept'),
      entry(counts.withoutResolution, 'conversations without a resolution'),
      entry(counts.duplicates, 'duplicates'),
      entry(counts.nearDuplicates, 'near-duplicate conversations'),
    ].filter(Boolean);
    lines.push(
      `Read       ${number(counts.articles)} articles, ${number(counts.transcripts)} conversations (${number(counts.internal)} for agents only)`,
      `Changes    ${number(documents.added)} added, ${number(documents.changed)} changed, ${number(documents.removed)} removed, ${number(documents.unchanged)} unchanged`,
      `Left out   ${left.join(', ') || 'nothing'}`,
      `Redacted   ${
        Object.entries(counts.redactions)
          .map(([kind, count]) => `${number(count)} ${kind}`)
          .join(', ') || 'nothing'
      }`,
    );
    if (summary.names) lines.push(`Names      ${describeNames(summary.names)}`);
    if (counts.withInternalFacts > 0)
      lines.push(
        `Closed     ${number(counts.withInternalFacts)} conversations that repeat what only agents-only articles say`,
      );
    const unknown = Object.entries(counts.unknownVisibility).toSorted(([, left], [, right]) => right - left);
    if (unknown.length > 0) {
      const shown = unknown.slice(0, 6).map(([word, count]) => `${word} (${number(count)})`);
      lines.push(
        `Undecided  ${shown.join(', ')}${unknown.length > shown.length ? ' and others' : ''}: words about who may see it that are not known, so it is for agents only`,
      );
    }
    if (counts.invisibleRemoved > 0)
      lines.push(`Removed    ${number(counts.invisibleRemoved)} invisible characters`);
  }
  if (summary.older)
    lines.push(
      `Older      ${number(summary.older)} articles that a newer version replaces: they answer only who asks for their version`,
    );
  if (summary.cards) {
    const { approved, draft, stale, expired } = summary.cards;
    const others = [entry(draft, 'drafts'), entry(expired, 'expired'), entry(stale, 'stale')].filter(Boolean);
    lines.push(`Cards      ${[`${number(approved)} in use`, ...others].join(', ')}`);
    if (stale > 0)
      lines.push(
        '           A source of the stale ones has changed or gone, so they are not given until somebody has read them again: answerdesk cards list --stale',
      );
  }
  if (summary.questions) lines.push(...describeQuestions(summary.questions));
  const speed =
    chunks.embedded > 0 && generation
      ? `, ${number(Math.round(chunks.embedded / summary.seconds))} a second`
      : '';
  const verb = generation ? 'embedded' : 'to embed';
  lines.push(
    `Passages   ${number(chunks.total)} in all, ${number(chunks.embedded)} ${verb}${speed}, ${number(chunks.reused)} reused`,
  );
  if (summary.quarantineFile) lines.push(`Quarantine ${summary.quarantineFile}`);
  if (!generation) lines.push('Dry run: nothing was embedded or published.');
  else if (published)
    lines.push(
      `Published  ${generation.id}: ${number(generation.documents)} documents, ${number(generation.chunks)} passages, in ${summary.seconds.toFixed(1)} s`,
    );
  else lines.push(`Nothing has changed: ${generation.id} stays in use.`);
  return lines.join('\n');
}

function describeNames({ searched, known, problem }: NonNullable<JobSummary['names']>): string {
  if (problem !== undefined)
    return `not searched, only patterns looked for personal data in conversations. ${problem}`;
  return `${number(searched + known)} turns searched, ${number(known)} of them known already`;
}

/** Sections named in a summary; the quarantine has them all. */
const sectionsNamed = 5;

function describeQuestions({
  used,
  sections,
  changed,
  unmatched,
}: NonNullable<JobSummary['questions']>): string[] {
  const named = (names: readonly string[], what: string) =>
    names.length === 0
      ? []
      : [
          `           ${what}: ${names.slice(0, sectionsNamed).join('; ')}${
            names.length > sectionsNamed ? ` and ${number(names.length - sectionsNamed)} more` : ''
          }`,
        ];
  return [
    `Questions  ${[
      `${number(used)} for ${number(sections)} sections in use`,
      entry(changed.length, 'sections changed'),
      entry(unmatched.length, 'sections not found'),
    ]
      .filter(Boolean)
      .join(', ')}`,
    ...named(
      changed,
      'Changed since, so their questions are not used until they are looked at or drafted again',
    ),
    ...named(unmatched, 'Not found, neither as an article nor as a section of one'),
  ];
}

function entry(count: number, what: string): string {
  return count > 0 ? `${number(count)} ${what}` : '';
}

function number(value: number): string {
  return value.toLocaleString('en');
}
