/** The digit of the largest of ten probabilities or scores; of several the first. */
export const likeliest = (probabilities: readonly number[]): number => probabilities.indexOf(Math.max(...probabilities))
