const factor = Number(process.env['RANDOM_CASES'] ?? 1)

/** How many random cases to try of `all`: the quick suite tries half of them, the thorough one RANDOM_CASES times all. */
export const randomCases = (all: number): number => Math.max(1, Math.round(all * factor))

/** Whether the tests are run by the thorough suite. */
export const thorough = process.env['THOROUGH'] === 'yes'
