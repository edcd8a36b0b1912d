/** Pixels of a scene's side. */
export const sceneSide = 64
