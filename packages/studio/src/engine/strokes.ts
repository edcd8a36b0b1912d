/** A point of a drawing: x and y in hundredths of its side, and 1 where a stroke begins. */
export type StrokePoint = readonly number[]

/** Half of the pen's width, in hundredths of the drawing's side. */
export const penRadius = 4.5
