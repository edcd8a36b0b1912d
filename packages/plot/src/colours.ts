/** Colours that tell lines apart on white. */

const listed = ['#2563eb', '#d97706', '#15803d', '#9333ea', '#dc2626', '#0891b2', '#616e7c', '#be185d'] as const

/** Degrees that part a circle so that each next point falls into a largest gap. */
const goldenAngle = 137.508

/** The colour of the line at an index, from 0, as CSS writes it. */
export const colourOf = (index: number): string =>
  listed[index] ??
  `hsl(${((index * goldenAngle) % 360).toFixed(0)}, ${index % 2 === 0 ? 80 : 50}%, ${[40, 30, 50][index % 3]}%)`
