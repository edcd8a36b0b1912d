/**
 * The most multiply-adds that one core gives WebAssembly: independent chains of relaxed_madd that live in registers. Each
 * chain waits for its own last result, so that at least latency x units of them keep a core busy: 4 x 2 on recent x86. Twelve
 * and the two factors stay within the fifteen vector registers that V8 has to give there.
 */
import {
  countedLoop,
  f32x4,
  Local,
  Module,
  sequence,
  type Value,
  wasmFeatures,
} from '../packages/gentle/src/backends/wasm/assembler/index.ts'

const chains = 12
const unrolled = 8
const turns = 20_000
const lanes = 4

/** Runs all chains; gives the sum of their ends, so that none can be left out. */
function emitChains(): Uint8Array<ArrayBuffer> {
  const module = new Module({ memory: { initialPages: 0, maximumPages: 0, shared: false } })
  module.function(
    'run',
    { first: 'f32', second: 'f32' },
    'f32',
    (parameters, builder) => {
      const [a, b] = [builder.local('v128'), builder.local('v128')]
      const sums = Array.from({ length: chains }, () => builder.local('v128'))
      const total = sums.reduce((sum: Value<'v128'>, next) => f32x4.add(sum, next), f32x4.splat(0))
      const multiplyAdds = sums.map((sum) => sum.set(f32x4.relaxedMadd(a, b, sum)))
      return sequence(
        [
          a.set(f32x4.splat(parameters.first)),
          b.set(f32x4.splat(parameters.second)),
          ...sums.map((sum, i) => sum.set(f32x4.splat(i))),
          countedLoop(new Local('i32'), turns, Array.from({ length: unrolled }, () => multiplyAdds).flat()),
        ],
        f32x4.extractLane(total, 0),
      )
    },
    { export: true },
  )
  return module.emit()
}

/** Floating-point operations of one run of all chains. */
const flops = 2 * lanes * chains * unrolled * turns

export interface MultiplyAddPeak {
  /** Whether product and sum are one operation here. */
  readonly fused: boolean
  readonly flops: number
  /** Computes all chains once; gives a number that depends on each. */
  run(): number
}

/** @throws Error where this WebAssembly has no relaxed_madd. */
export function multiplyAddPeak(): MultiplyAddPeak {
  const { relaxedMadd, fusesMultiplyAdd } = wasmFeatures()
  if (!relaxedMadd) throw new Error('this WebAssembly has no relaxed_madd; expected Node 22 or newer')
  const memory = new WebAssembly.Memory({ initial: 0, maximum: 0 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(emitChains()), { env: { memory } })
  const run = exports['run'] as (first: number, second: number) => number
  return { fused: fusesMultiplyAdd, flops, run: () => run(0.5, 0.001) }
}
