/**
 * The most multiply-adds that one core gives WebAssembly: independent chains of relaxed_madd that live in registers. Each
 * chain waits for its own last result, so that at least latency x units of them keep a core busy: 4 x 2 on recent x86. Twelve
 * and the two factors stay within the fifteen vector registers that V8 has to give there.
 */
import {
  countedLoop,
  f32x4,
  i32,
  Local,
  Module,
  v128,
  wasmFeatures,
} from '../packages/gentle/src/backends/wasm/assembler/index.ts'

const chains = 12
const unrolled = 8
const turns = 20_000
const lanes = 4

/** Runs all chains of so many neighbouring vectors, and stores their ends, so that none can be left out. */
function emitChains(vectors: number): Uint8Array<ArrayBuffer> {
  const module = new Module({ memory: { initialPages: 1, maximumPages: 1, shared: false } })
  module.function(
    'run',
    {},
    undefined,
    (_, builder) => {
      const [a, b] = [builder.local('v128'), builder.local('v128')]
      const sums = Array.from({ length: chains }, () => Array.from({ length: vectors }, () => builder.local('v128')))
      const multiplyAdds = sums.flat().map((sum) => sum.set(f32x4.relaxedMadd(a, b, sum)))
      const start = i32.const(0)
      return [
        a.set(v128.load32Splat(start, firstFactor)),
        b.set(v128.load32Splat(start, secondFactor)),
        ...sums.flat().map((sum) => sum.set(v128.constF32x4(0, 0, 0, 0))),
        countedLoop(new Local('i32'), turns, Array.from({ length: unrolled }, () => multiplyAdds).flat()),
        // Chains lie apart, so that the vectors of one alone are neighbours.
        ...sums.flatMap((ofChain, chain) => ofChain.map((sum, i) => v128.store(start, sum, 32 * chain + 16 * i))),
      ]
    },
    { export: true },
  )
  return module.emit()
}

/** Where the factors lie in memory, in bytes. */
const [firstFactor, secondFactor] = [1024, 1028]

export interface MultiplyAddPeak {
  /** Whether product and sum are one operation here. */
  readonly fused: boolean
  readonly flops: number
  /** Computes all chains once; gives a number that depends on each. */
  run(): number
}

/**
 * The peak of vectors of 128 bits, or of 256 where `wide`: then the engine has to join neighbouring vectors.
 * @throws Error where this WebAssembly has no relaxed_madd.
 */
export function multiplyAddPeak({ wide = false } = {}): MultiplyAddPeak {
  const { relaxedMadd, fusesMultiplyAdd } = wasmFeatures()
  if (!relaxedMadd) throw new Error('this WebAssembly has no relaxed_madd; expected Node 22 or newer')
  const vectors = wide ? 2 : 1
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const values = new Float32Array(memory.buffer)
  values[firstFactor / 4] = 0.5
  values[secondFactor / 4] = 0.001
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(emitChains(vectors)), { env: { memory } })
  const chained = exports['run'] as () => void
  const run = (): number => {
    chained()
    return values[0]
  }
  return { fused: fusesMultiplyAdd, flops: 2 * lanes * vectors * chains * unrolled * turns, run }
}
