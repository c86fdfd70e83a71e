// How long each kind of data is kept.

export const retentionKinds = [
  'conversations',
  'transcripts',
  'pictures',
  'notices',
  'sessions',
  'journals',
  'evals',
  'training',
  'exports',
  'audit',
] as const;
export type RetentionKind = (typeof retentionKinds)[number];

/** Days; undefined: kept until somebody removes it. */
export type RetentionDays = Readonly<Record<RetentionKind, number | undefined>>;

/** What has no use for long goes by itself; what a team works with stays until the team has said how long. */
export const defaultRetention: RetentionDays = {
  conversations: undefined,
  transcripts: undefined,
  pictures: undefined,
  notices: 90,
  sessions: 30,
  journals: 365,
  evals: undefined,
  training: undefined,
  exports: 30,
  audit: undefined,
};

const mostDays = 36_500;

/** `conversations=365, evals=90, exports=never`. What is wrong with it is returned as text. */
export function parseRetention(text: string): RetentionDays | string {
  const days: Record<RetentionKind, number | undefined> = { ...defaultRetention };
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [, name, value] = /^([a-z]+)\s*=\s*(\d{1,6}|never)$/.exec(entry) ?? [];
    const kind = retentionKinds.find((known) => known === name);
    if (!kind || (value !== 'never' && !(Number(value) >= 1 && Number(value) <= mostDays)))
      return `"${entry}": write KIND=DAYS or KIND=never, from 1 to ${mostDays} days; kinds are ${retentionKinds.join(', ')}`;
    days[kind] = value === 'never' ? undefined : Number(value);
  }
  return days;
}
