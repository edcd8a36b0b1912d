/**
 * Kernels that compute one output of a graph, run alone: on operands that already lie in memory as kernels read them, to a result that stays
 * as kernels write it. A program's way is longer: it brings inputs and outputs from and to row-major order, which inside of a network no
 * convolution needs.
 */
import { wasmFeatures } from '../packages/gentle/src/backends/wasm/assembler/index.ts'
import { type Buffer, storageOf } from '../packages/gentle/src/backends/wasm/buffer.ts'
import { controlBytes } from '../packages/gentle/src/backends/wasm/control.ts'
import { emitProgram } from '../packages/gentle/src/backends/wasm/emit.ts'
import type { Kernel } from '../packages/gentle/src/backends/wasm/kernel.ts'
import { lowerGraph } from '../packages/gentle/src/backends/wasm/lowering/lower-graph.ts'
import type { LoweredGraph } from '../packages/gentle/src/backends/wasm/lowering/lowerer.ts'
import { schedule } from '../packages/gentle/src/backends/wasm/schedule.ts'
import { type Graph, input } from '../packages/gentle/src/entries/index.ts'

export interface LoneOutput {
  /** Bytes of memory that it needs. */
  readonly bytes: number
  /** Its kernels, in their order. */
  readonly kernels: readonly string[]
  /** What runs it on one thread. */
  start(memory: WebAssembly.Memory): () => void
}

const maximumPages = 65536

const conversions = new Set(['toLanes', 'toChannels', 'toPlain'])

export async function loneOutput(graph: Graph, name: string, wideVectors = false): Promise<LoneOutput> {
  const { rareMath, ...lowered } = await lowerGraph(graph, { wideVectors })
  const lone = without(lowered, name)
  const plan = schedule(lone)
  const arena = controlBytes
  const scratch = arena + plan.arenaBytes
  const stale = scratch + plan.scratchBytes
  return {
    bytes: stale + 64,
    kernels: lone.kernels.map((kernel) => kernel.name),
    start(memory) {
      const code = emitProgram(plan, {
        threads: 1,
        fusedMultiplyAdd: wasmFeatures().fusesMultiplyAdd,
        rareMath,
        wideVectors,
        shared: false,
        maximumPages,
        arena,
        scratch,
        stale,
        storeAddress: () => {
          throw new Error(`${name}: it reads variables or constants; expected inputs alone`)
        },
      })
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } })
      const run = exports['run'] as (thread: number, maySleep: number) => void
      return () => run(0, 1)
    },
  }
}

/** The part of a lowered graph that computes one output, conversions left out: what they would give counts as given. */
function without({ kernels, outputs }: LoweredGraph, name: string): LoweredGraph {
  const writersOf = (buffer: Buffer): Kernel[] =>
    kernels.filter(({ writes }) => writes.some((written) => storageOf(written) === storageOf(buffer)))
  let result = outputs[name]
  const [last] = writersOf(result)
  if (conversions.has(last.name)) [result] = last.reads
  const kept = new Set<Kernel>()
  const given = new Set<Buffer>()
  const trace = (buffer: Buffer): void => {
    const writers = writersOf(buffer).filter((writer) => !conversions.has(writer.name))
    if (writers.length === 0) given.add(storageOf(buffer))
    for (const writer of writers) {
      if (kept.has(writer)) continue
      kept.add(writer)
      writer.reads.forEach(trace)
    }
  }
  trace(result)
  return {
    kernels: kernels.filter((kernel) => kept.has(kernel)),
    // The host fills them before a run, so that they keep their own memory for the whole batch.
    inputs: new Map([...given].map((buffer) => [input([1]), buffer])),
    outputs: { [name]: result },
    constants: new Map(),
    variables: new Map(),
    updates: [],
  }
}
