/** Functions of four floats at once, as WebAssembly. */
export { isRareFunction, MathLibrary } from './library.ts'
export type { RareMath } from './rare.ts'
