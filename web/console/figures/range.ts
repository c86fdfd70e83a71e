// How many days the page of figures shows, as its address says.
export const ranges = [7, 30, 90] as const;
export type Range = (typeof ranges)[number];
export const defaultRange: Range = 30;

export interface FiguresSearch {
  readonly days?: Range;
}

export function readFiguresSearch({ days }: Record<string, unknown>): FiguresSearch {
  const range = ranges.find((one) => one === Number(days));
  return range === undefined ? {} : { days: range };
}
