/** The greatest whole number by which both can be divided; of whole numbers of at least 0. */
export const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
