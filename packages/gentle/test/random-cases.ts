/** How many random cases to try where the quick suite tries `quick`: the thorough suite tries RANDOM_CASES times as many. */
export const randomCases = (quick: number): number =>
  Math.max(1, Math.round(quick * Number(process.env['RANDOM_CASES'] ?? 1)))
