/**
 * Vectors of 256 bits, which WebAssembly does not have. V8 can join the same operation on two neighbouring vectors to one: from two stores to
 * neighbouring addresses it goes back along what they store, as far as both sides are alike (superword-level parallelism, Larsen and
 * Amarasinghe, "Exploiting Superword Level Parallelism with Multimedia Instruction Sets", 2000).
 */
import { ArgumentError } from '../../core/errors.ts'

/** The first version of Node whose V8 joins what kernels do; before, it has the pass and finds nothing to join. */
const firstNode = 24

/**
 * Has V8 do so in all code that it compiles from now on.
 * @throws ArgumentError where this is not Node, or an older one. Chromium is built without the pass.
 */
export function joinVectors(): void {
  const version = typeof process === 'undefined' ? undefined : process.versions?.node
  if (version === undefined || Number.parseInt(version, 10) < firstNode) {
    const here = version === undefined ? 'not Node' : `Node ${version}`
    throw new ArgumentError(`wasm: wideVectors needs Node ${firstNode} or later, this is ${here}; leave it out`)
  }
  process.getBuiltinModule('node:v8').setFlagsFromString('--experimental-wasm-revectorize')
}
