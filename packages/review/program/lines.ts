/** A stretch in which two lists of lines differ. */
export interface Hunk {
  /** Where it begins in each list, from 1. */
  readonly lineBefore: number;
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Above this many pairs of lines the difference is one stretch: complete, but coarser. */
const tooMany = 4_000_000;

/** The differences between two lists of lines, by their longest common subsequence. */
export function hunksOf(before: readonly string[], after: readonly string[]): Hunk[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const left = before.slice(start, before.length - end);
  const right = after.slice(start, after.length - end);
  if (left.length === 0 && right.length === 0) return [];
  if (left.length * right.length > tooMany)
    return [{ lineBefore: start + 1, line: start + 1, before: left, after: right }];
  return stretches(left, right, start);
}

function stretches(left: readonly string[], right: readonly string[], offset: number): Hunk[] {
  const common = commonLengths(left, right);
  const at = (row: number, column: number) => common[row * (right.length + 1) + column] ?? 0;
  const same = (i: number, j: number) => i < left.length && j < right.length && left[i] === right[j];
  const found: Hunk[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [row, column] = [i, j];
    while ((i < left.length || j < right.length) && !same(i, j)) {
      if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) i += 1;
      else j += 1;
    }
    if (i > row || j > column) {
      const [before, after] = [left.slice(row, i), right.slice(column, j)];
      found.push({ lineBefore: offset + row + 1, line: offset + column + 1, before, after });
    }
    while (same(i, j)) [i, j] = [i + 1, j + 1];
  }
  return found;
}

/** The length of the longest common subsequence of every pair of tails. */
function commonLengths(left: readonly string[], right: readonly string[]): Uint32Array {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        left[i] === right[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  return lengths;
}
