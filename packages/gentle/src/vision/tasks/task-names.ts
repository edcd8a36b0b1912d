/** What models of pictures are trained for. */

/** One label a picture; its label and box; all its objects; the class of every pixel. */
export const taskNames = ['classify', 'localize', 'detect', 'segment'] as const

export type TaskName = (typeof taskNames)[number]
