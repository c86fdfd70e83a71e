// On what terms the data of a source may be used: what its owner says, kept with the knowledge base that was made of it.

/** Article 6 (1) of the GDPR, a to f. */
export const legalBases = [
  'consent',
  'contract',
  'legal-obligation',
  'vital-interests',
  'public-task',
  'legitimate-interests',
] as const;
export type LegalBasis = (typeof legalBases)[number];

/** Absent: nobody has said. */
export interface SourceTerms {
  /** In words, such as `answering customers' questions`. */
  readonly purpose?: string | undefined;
  readonly legalBasis?: LegalBasis | undefined;
  /** Of the texts: an SPDX identifier, or words such as `our own`. */
  readonly licence?: string | undefined;
  /** False: models, drafts and test cases are not made of it. It answers customers all the same. */
  readonly training?: boolean | undefined;
}

interface TermedSource {
  readonly name: string;
  readonly terms?: SourceTerms | undefined;
}

/** Names of the sources that nothing may be learnt from. */
export function closedToTraining(sources: readonly TermedSource[]): ReadonlySet<string> {
  return new Set(sources.flatMap(({ name, terms }) => (terms?.training === false ? [name] : [])));
}

/** By the name of the source, for whoever publishes it again. */
export function termsBySource(sources: readonly TermedSource[]): Record<string, SourceTerms> {
  return Object.fromEntries(sources.flatMap(({ name, terms }) => (terms ? [[name, terms]] : [])));
}
