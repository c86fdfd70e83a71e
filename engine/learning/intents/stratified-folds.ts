// Deals the rows of each class evenly to the folds.
import { randomFrom } from '../metrics/random.ts';

/** The fold of each row, 0 to `folds` - 1: the same for the same seed; counts of a class differ by at most one between folds. */
export function stratifiedFolds(classes: readonly (number | string)[], folds: number, seed = 1): number[] {
  const random = randomFrom(seed);
  const rowsByClass = Map.groupBy(
    classes.map((_, row) => row),
    (row) => classes[row]!,
  );
  const foldOf = new Array<number>(classes.length);
  // Going on where the class before ended keeps the folds themselves even, too.
  let next = 0;
  for (const rows of rowsByClass.values()) {
    for (let index = rows.length - 1; index > 0; index--) {
      const other = Math.floor(random() * (index + 1));
      [rows[index], rows[other]] = [rows[other]!, rows[index]!];
    }
    for (const row of rows) foldOf[row] = next++ % folds;
  }
  return foldOf;
}
