/** Gentle's convolutions of a network, each alone on one thread, beside the most multiply-adds that the core gives at that time. */
import { joinVectors } from '../../packages/gentle/src/backends/wasm/wide-vectors/engine.ts'
import { reference } from '../../packages/gentle/src/entries/index.ts'
import { convolutionsOf, traceConvolution } from '../convolutions.ts'
import { loneOutput } from '../lone-output.ts'
import { multiplyAddPeak } from '../multiply-add-peak.ts'
import { zeros } from '../networks.ts'
import type { Part } from '../protocol.ts'
import { serve, wideVectors } from '../serve.ts'
import { modelOf } from '../training-step.ts'
import type { Convolved } from '../workload.ts'

/** A part is repeated for so long, once at least. */
const partMilliseconds = 40
const peakMilliseconds = 10

/** One direction of a convolution, ready to run. */
interface Operation extends Pick<Part, 'layer' | 'direction'> {
  readonly flops: number
  readonly bytes: number
  readonly run: () => void
}

/** Seconds of one call, over so many milliseconds. */
function secondsOf(task: () => unknown, milliseconds: number): number {
  const began = performance.now()
  let [calls, elapsed] = [0, 0]
  do {
    task()
    calls++
    elapsed = performance.now() - began
  } while (elapsed < milliseconds)
  return elapsed / 1000 / calls
}

await serve(async ({ network, batch }) => {
  // Kernels are run without a backend, which would decide.
  const wide = wideVectors !== false
  if (wide) joinVectors()
  const peak = multiplyAddPeak()
  const model = await modelOf(network as Convolved, reference(), zeros)
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
  const operations: Operation[] = []
  for (const convolution of convolutionsOf(model, batch)) {
    const graph = traceConvolution(convolution)
    const { layer, flops } = convolution
    for (const direction of convolution.directions) {
      const { bytes, start } = await loneOutput(graph, direction, wide)
      const missing = Math.ceil((bytes - memory.buffer.byteLength) / 65536)
      if (missing > 0) memory.grow(missing)
      operations.push({ layer, direction, flops, bytes, run: start(memory) })
    }
  }
  /** Ordinary numbers everywhere: what another operation left may be anything. */
  const fill = (bytes: number): void => {
    const values = new Float32Array(memory.buffer, 1024, (bytes - 1024) >> 2)
    for (let i = 0; i < values.length; i++) values[i] = ((i * 7) % 17) / 16 - 0.5
  }
  const peakGigaflops = (): number => peak.flops / secondsOf(peak.run, peakMilliseconds) / 1e9
  return {
    version: `Node ${process.versions.node}`,
    threads: 1,
    note: 'each direction of each layer alone, on operands in the layout of training; the peak is taken before and after it',
    workPerStep: operations.reduce((sum, { flops }) => sum + flops, 0),
    step: () =>
      operations.map(({ layer, direction, flops, bytes, run }): Part => {
        fill(bytes)
        run()
        const before = peakGigaflops()
        const seconds = secondsOf(run, partMilliseconds)
        return {
          layer,
          direction,
          seconds,
          gigaflops: flops / seconds / 1e9,
          peakGigaflops: (before + peakGigaflops()) / 2,
        }
      }),
  }
})
