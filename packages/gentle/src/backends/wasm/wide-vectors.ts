/**
 * Vectors of 256 bits, which WebAssembly does not have. V8 can join the same operation on two neighbouring vectors to one: from two stores to
 * neighbouring addresses it goes back along what they store, as far as both sides are alike (superword-level parallelism, Larsen and
 * Amarasinghe, "Exploiting Superword Level Parallelism with Multimedia Instruction Sets", 2000).
 */
import { ArgumentError } from '../../core/errors.ts'

/** The first version of Node whose V8 joins what kernels do; before, it has the pass and finds nothing to join. */
const firstNode = 24

/**
 * Has V8 do so in all code that it compiles from now on, where this is Node.
 * @throws ArgumentError where it is an older Node.
 */
export function joinVectors(): void {
  const version = typeof process === 'undefined' ? undefined : process.versions?.node
  if (version === undefined) return
  if (Number.parseInt(version, 10) < firstNode)
    throw new ArgumentError(`wasm: wideVectors needs Node ${firstNode} or later, this is ${version}; leave it out`)
  process.getBuiltinModule('node:v8').setFlagsFromString('--experimental-wasm-revectorize')
}
