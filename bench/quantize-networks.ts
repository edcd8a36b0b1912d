import { writeFileSync } from 'node:fs'
import { inMemory } from '../packages/gentle/src/entries/data.ts'
import { predict, quantize, saveModel, wasm } from '../packages/gentle/src/entries/index.ts'
import { exportOnnx } from '../packages/gentle/src/entries/onnx.ts'
import { cache, type ExpectedOutput, expectedOutput, inEightBits, isExported } from './exported-networks.ts'
import { openPredicting } from './predicting-model.ts'
import { imageShape, type Predicting, randomImages, relativeDifference } from './workload.ts'

/** Images by which ranges are chosen. */
const sample = 8

/** How much further from the output in float32 than Gentle's in 8 bits another's may be: a value between two numbers may become either. */
const apart = 1.5

/** Has Gentle write networks in 8 bits into bench/cache, of those that PyTorch has written there: as it reads them, and as ONNX; unless they are there. */
export async function cacheQuantized(networks: readonly Predicting[], say: (message: string) => void): Promise<void> {
  for (const network of networks.filter((name) => isExported(name) && !isExported(inEightBits(name)))) {
    say(`Gentle writes ${network} in 8 bits into bench/cache`)
    const file = (ending: string): string => `${cache}${inEightBits(network)}.${ending}`
    const backend = await wasm()
    const images = randomImages(sample)
    const examples = inMemory({
      inputs: images,
      inputShape: imageShape,
      targets: new Int32Array(sample),
    })
    const { model } = await quantize(await openPredicting(network, backend), examples, { calibration: 'minMax' })
    writeFileSync(file('safetensors'), await saveModel(model))
    writeFileSync(file('onnx'), await exportOnnx(model))
    const first = images.subarray(0, images.length / sample)
    const { data } = await predict(model, first)
    const { output } = expectedOutput(network)
    const expected: ExpectedOutput = { output, within: apart * relativeDifference(data, output) }
    // The last file: where it is, the others are whole.
    writeFileSync(file('json'), JSON.stringify(expected))
    await backend.close()
  }
}
