/**
 * Vectors of 256 bits, which WebAssembly does not have. V8 can join the same operation on two neighbouring vectors to one: from two stores to
 * neighbouring addresses it goes back along what they store, as far as both sides are alike (superword-level parallelism, Larsen and
 * Amarasinghe, "Exploiting Superword Level Parallelism with Multimedia Instruction Sets", 2000).
 */
import { ArgumentError } from '../../../core/errors.ts'
import { firstNode, nodeVersion } from './may-join.ts'

/** Whether V8 joins vectors in all code that it compiles. */
let isJoining = false

/**
 * Has V8 join vectors in all code that it compiles from now on.
 * @throws ArgumentError where this is not Node, or an older one.
 */
export function joinVectors(): void {
  const version = nodeVersion()
  if (version === undefined || Number.parseInt(version, 10) < firstNode) {
    const here = version === undefined ? 'not Node' : `Node ${version}`
    throw new ArgumentError(`wasm: wideVectors needs Node ${firstNode} or later, this is ${here}; leave it out`)
  }
  setEngineFlag('--experimental-wasm-revectorize')
  isJoining = true
}

/** Has V8 join vectors in the code that `task` compiles. */
export async function whileJoined<T>(task: () => Promise<T>): Promise<T> {
  setEngineFlag('--experimental-wasm-revectorize')
  try {
    return await task()
  } finally {
    if (!isJoining) setEngineFlag('--no-experimental-wasm-revectorize')
  }
}

/** Has V8 optimize the first functions of each module before their first call while `task` runs, instead of after many calls. */
export async function optimizedAtOnce<T>(task: () => Promise<T>): Promise<T> {
  setEngineFlag('--wasm-tier-mask-for-testing=-1')
  try {
    return await task()
  } finally {
    setEngineFlag('--wasm-tier-mask-for-testing=0')
  }
}

function setEngineFlag(flag: string): void {
  process.getBuiltinModule('node:v8').setFlagsFromString(flag)
}
