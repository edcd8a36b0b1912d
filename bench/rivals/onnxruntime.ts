/** What the two onnxruntimes have in common. */
import type { InferenceSession, Tensor } from 'onnxruntime-common'
import type { Contender } from '../contender-steps.ts'
import { checkOutput, networkFile } from '../exported-networks.ts'
import { imageShape, randomImages } from '../workload.ts'

export interface Runtime {
  create(path: string, options: InferenceSession.SessionOptions): Promise<InferenceSession>
  tensor(data: Float32Array, shape: readonly number[]): Tensor
}

/** A network that PyTorch wrote, ready to predict so many images: all graph optimisations are on. */
export async function prepare(
  { create, tensor }: Runtime,
  { network, batch }: { readonly network: string; readonly batch: number },
): Promise<Pick<Contender, 'workPerStep' | 'compileMilliseconds' | 'step'>> {
  const path = networkFile(network, 'onnx')
  const began = performance.now()
  const session = await create(path, { graphOptimizationLevel: 'all', freeDimensionOverrides: { batch } })
  const compileMilliseconds = performance.now() - began
  const feed = { x: tensor(randomImages(batch), [batch, ...imageShape]) }
  const run = async (): Promise<Float32Array> => (await session.run(feed))['y'].data as Float32Array
  const outputs = await run()
  checkOutput(network, outputs.subarray(0, outputs.length / batch))
  return { workPerStep: batch, compileMilliseconds, step: async () => (await run())[0] }
}
