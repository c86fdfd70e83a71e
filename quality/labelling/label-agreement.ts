// How far annotators agree, kind by kind, and where they do not.
import type { GoldLabel } from '#learning/labels/gold-labels.ts';
import { type LabelKind, labelKinds } from '#learning/labels/label-kinds.ts';
import { cohensKappa, krippendorffsAlpha } from '#learning/metrics/agreement.ts';

export interface KindAgreement {
  readonly kind: LabelKind;
  readonly annotators: readonly string[];
  readonly conversations: number;
  /** Labelled by two or more. */
  readonly shared: number;
  /** Krippendorff's, nominal. Absent where it cannot be computed; `note` says why. */
  readonly alpha?: number;
  /** Cohen's, of each two annotators who share conversations. */
  readonly kappas: readonly {
    readonly pair: readonly [string, string];
    readonly kappa: number;
    readonly n: number;
  }[];
  readonly disagreements: readonly Disagreement[];
  readonly note?: string;
}

export interface Disagreement {
  readonly conversation: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Kinds that nobody labelled are left out. */
export function measureAgreement(current: readonly GoldLabel[]): KindAgreement[] {
  return labelKinds.flatMap((kind) => {
    const labels = current.filter((label) => label.kind === kind);
    return labels.length === 0 ? [] : [agreementOf(kind, labels)];
  });
}

function agreementOf(kind: LabelKind, labels: readonly GoldLabel[]): KindAgreement {
  const annotators = [...new Set(labels.map(({ annotator }) => annotator))].sort();
  const units = [...Map.groupBy(labels, ({ conversation }) => conversation)].map(([conversation, given]) => ({
    conversation,
    values: Object.fromEntries(given.map(({ annotator, value }) => [annotator, value!])),
  }));
  const shared = units.filter(({ values }) => Object.keys(values).length > 1);
  const kappas = annotators.flatMap((first, at) =>
    annotators.slice(at + 1).flatMap((second) => {
      const pairs = shared.flatMap(({ values }): [string, string][] =>
        values[first] !== undefined && values[second] !== undefined ? [[values[first], values[second]]] : [],
      );
      return pairs.length === 0
        ? []
        : [{ pair: [first, second] as const, kappa: cohensKappa(pairs), n: pairs.length }];
    }),
  );
  const alpha = krippendorffsAlpha(units.map(({ values }) => Object.values(values)));
  const note = noteOf({ annotators, shared: shared.length, alpha });
  return {
    kind,
    annotators,
    conversations: units.length,
    shared: shared.length,
    ...(alpha === undefined ? {} : { alpha }),
    kappas,
    disagreements: shared.filter(({ values }) => new Set(Object.values(values)).size > 1),
    ...(note === undefined ? {} : { note }),
  };
}

function noteOf({
  annotators,
  shared,
  alpha,
}: {
  annotators: readonly string[];
  shared: number;
  alpha: number | undefined;
}) {
  if (annotators.length === 1)
    return `Only ${annotators[0]} labelled it: no agreement can be computed. Have a second person label the same conversations (labels export --again "${annotators[0]}").`;
  if (shared === 0) return 'No conversation was labelled by two people: no agreement can be computed.';
  if (alpha === undefined) return 'All labels are the same one: chance cannot be told from agreement.';
  return undefined;
}
