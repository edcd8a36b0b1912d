const factor = Number(process.env['RANDOM_CASES'] ?? 1)

/** How many random cases to try where the quick suite tries `quick`: the thorough suite tries RANDOM_CASES times as many. */
export const randomCases = (quick: number): number => Math.max(1, Math.round(quick * factor))

/** Whether the tests are run by the thorough suite. */
export const thorough = process.env['THOROUGH'] === 'yes'
