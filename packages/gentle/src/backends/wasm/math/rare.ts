/** The functions of this folder that few programs compute, loaded for those. */
export { acosh, asinh, atanh, cosh, sinh } from './hyperbolic.ts'
export { floorDiv, mod } from './integer-division.ts'
export { acos, asin, atan } from './inverse-trigonometry.ts'
export { pow } from './power.ts'
export { cos, defineSine, sin, tan } from './sine.ts'

export type RareMath = typeof import('./rare.ts')
