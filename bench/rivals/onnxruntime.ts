/** What the two onnxruntimes have in common. */
import type { InferenceSession, Tensor } from 'onnxruntime-common'
import type { Contender } from '../contender-steps.ts'
import { checkOutput, inEightBits, networkFile } from '../exported-networks.ts'
import { eightBits } from '../serve.ts'
import { imageShape, randomImages } from '../workload.ts'

export interface Runtime {
  create(path: string, options: InferenceSession.SessionOptions): Promise<InferenceSession>
  tensor(data: Float32Array, shape: readonly number[]): Tensor
}

/** What a contender's file is, for its note. */
export const fileTold = eightBits
  ? 'on the file of QuantizeLinear and DequantizeLinear that Gentle writes'
  : 'on the file that torch.onnx.export writes'

/** A network that PyTorch wrote, or Gentle in 8 bits, ready to predict so many images: all graph optimisations are on. */
export async function prepare(
  { create, tensor }: Runtime,
  { network, batch }: { readonly network: string; readonly batch: number },
): Promise<Pick<Contender, 'workPerStep' | 'compileMilliseconds' | 'step'>> {
  const written = eightBits ? inEightBits(network) : network
  const path = networkFile(written, 'onnx')
  const began = performance.now()
  const session = await create(path, { graphOptimizationLevel: 'all', freeDimensionOverrides: { batch } })
  const compileMilliseconds = performance.now() - began
  const feed = { [session.inputNames[0]]: tensor(randomImages(batch), [batch, ...imageShape]) }
  const run = async (): Promise<Float32Array> => (await session.run(feed))[session.outputNames[0]].data as Float32Array
  const outputs = await run()
  checkOutput(written, outputs.subarray(0, outputs.length / batch))
  return { workPerStep: batch, compileMilliseconds, step: async () => (await run())[0] }
}
