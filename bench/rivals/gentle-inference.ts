/** Gentle predicts, with the weights of PyTorch's network where PyTorch has written them; `--bits=8` in 8 bits. */
import { input, wasm } from '../../packages/gentle/src/entries/index.ts'
import { traceInference } from '../../packages/gentle/src/entries/inspect.ts'
import { checkOutput, inEightBits, isExported } from '../exported-networks.ts'
import { openPredicting, openQuantized } from '../predicting-model.ts'
import { eightBits, serve, wideVectors } from '../serve.ts'
import { imageShape, type Predicting, randomImages } from '../workload.ts'

await serve(async ({ threads, batch, network }) => {
  const backend = await wasm({ threads, wideVectors })
  const model = await (eightBits ? openQuantized : openPredicting)(network as Predicting, backend)
  const written = eightBits ? inEightBits(network) : network
  const compared = isExported(written)
  const feed = { x: randomImages(batch) }
  const began = performance.now()
  const x = input([batch, ...imageShape])
  const program = await backend.compile({ inputs: { x }, outputs: { y: traceInference(model, x) } })
  const compileMilliseconds = performance.now() - began
  const run = async (): Promise<Float32Array> => (await program.run(feed)).y.data as Float32Array
  const outputs = await run()
  const firstStepMilliseconds = performance.now() - began
  if (compared) checkOutput(written, outputs.subarray(0, outputs.length / batch))
  const weights = compared ? '' : ', weights of its own'
  return {
    version: `Node ${process.versions.node}`,
    threads,
    compileMilliseconds,
    firstStepMilliseconds,
    note: `compiled in ${Math.round(compileMilliseconds)} ms${weights}`,
    workPerStep: batch,
    step: async () => (await run())[0],
  }
})
