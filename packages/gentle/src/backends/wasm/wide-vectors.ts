/**
 * Has V8 join the same operation on two neighbouring vectors to one of 256 bits, in all code that it compiles from now on, where this is Node. From two
 * stores to neighbouring addresses it goes back along what they store, as far as both sides are alike. Its name for the pass is
 * superword-level parallelism, after Larsen and Amarasinghe, "Exploiting Superword Level Parallelism with Multimedia Instruction Sets", 2000.
 */
export function joinVectors(): void {
  if (typeof process === 'undefined' || process.versions?.node === undefined) return
  process.getBuiltinModule('node:v8').setFlagsFromString('--experimental-wasm-revectorize')
}
