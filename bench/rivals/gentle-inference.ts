/** Gentle predicts, with the weights of PyTorch's network where PyTorch has written them. */
import { readFileSync } from 'node:fs'
import { readSafetensors } from '../../packages/gentle/src/entries/formats.ts'
import { createModel, type InitialValues, input, type Layer, wasm } from '../../packages/gentle/src/entries/index.ts'
import { traceInference } from '../../packages/gentle/src/entries/inspect.ts'
import { alexnet, googlenet, mobilenetV2, resnet18, resnet50, vgg16 } from '../../packages/gentle/src/models/index.ts'
import { checkOutput, isExported, networkFile } from '../exported-networks.ts'
import { serve, wideVectors } from '../serve.ts'
import { imageShape, type Predicting, randomImages } from '../workload.ts'

const networks: Record<Predicting, () => Layer> = {
  alexnet,
  vgg16,
  googlenet: () => googlenet({ auxiliary: false }),
  resnet18,
  resnet50,
  mobilenet_v2: mobilenetV2,
}

/** Weights that go from the file to the backend without a copy in between. */
function storedValues(network: string): InitialValues {
  const { tensors } = readSafetensors(readFileSync(networkFile(network, 'safetensors')))
  return (path) => {
    const stored = tensors.get(path)
    if (stored === undefined) throw new Error(`PyTorch's ${network} has no ${path}`)
    return stored.data as Float32Array
  }
}

await serve(async ({ threads, batch, network }) => {
  const compared = isExported(network)
  const backend = await wasm({ threads, wideVectors })
  const model = await createModel(networks[network as Predicting](), imageShape, {
    backend,
    initialValues: compared ? storedValues(network) : undefined,
  })
  const feed = { x: randomImages(batch) }
  const began = performance.now()
  const x = input([batch, ...imageShape])
  const program = await backend.compile({ inputs: { x }, outputs: { y: traceInference(model, x) } })
  const compileMilliseconds = performance.now() - began
  const run = async (): Promise<Float32Array> => (await program.run(feed)).y.data as Float32Array
  const outputs = await run()
  const firstStepMilliseconds = performance.now() - began
  if (compared) checkOutput(network, outputs.subarray(0, outputs.length / batch))
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
