/** The whole numbers from 0 to before `count`. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
