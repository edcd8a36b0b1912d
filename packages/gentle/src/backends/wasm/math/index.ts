/** Functions of four floats at once, as WebAssembly. */
export { MathLibrary } from './library.ts'
