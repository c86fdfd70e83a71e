// What a conversation is labelled with, and which classes each kind has.

/** `channel` and `group` (a group of customers) are only known where a person says so: no rule guesses them. */
export const labelKinds = [
  'intent',
  'product',
  'language',
  'sentiment',
  'resolved',
  'quality',
  'reason',
  'channel',
  'group',
] as const;
export type LabelKind = (typeof labelKinds)[number];

/** Kinds that rules and models vote on. */
export const weakKinds = [
  'intent',
  'product',
  'language',
  'sentiment',
  'resolved',
  'quality',
  'reason',
] as const;
export type WeakKind = (typeof weakKinds)[number];

/** Kinds whose classes are the same for every team. Those of the others are the team's. */
export const fixedClasses = {
  sentiment: ['negative', 'neutral', 'positive'],
  resolved: ['yes', 'no'],
  /** Of the resolution: `fair` took long or several tries, `poor` did not help. */
  quality: ['good', 'fair', 'poor'],
  reason: ['how-to', 'problem', 'order', 'billing', 'account', 'cancellation', 'complaint', 'information'],
} as const satisfies Partial<Record<LabelKind, readonly string[]>>;

export type Reason = (typeof fixedClasses.reason)[number];

/** Undefined where any name is a class. */
export function classesOf(kind: LabelKind): readonly string[] | undefined {
  return kind in fixedClasses ? fixedClasses[kind as keyof typeof fixedClasses] : undefined;
}

export function isLabelKind(name: string): name is LabelKind {
  return (labelKinds as readonly string[]).includes(name);
}
