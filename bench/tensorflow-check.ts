/**
 * `npm run bench:tfjs -- [network...]`: whether TensorFlow.js computes of Gentle's `model.json` what Gentle computes, on its CPU backend. Ends with exit code 1
 * where it does not.
 */
import { exportTensorflow } from 'gentle-dl/tensorflow'
import {
  type Backend,
  createModel,
  type InitialValues,
  type Layer,
  predict,
  Random,
  type Shape,
  sizeOf,
  wasm,
} from '../packages/gentle/src/entries/index.ts'
import { networks } from '../packages/gentle/src/entries/models.ts'
import { fcn, unet } from '../packages/gentle/src/entries/vision.ts'
import { exportCases } from '../packages/gentle/test/formats/tensorflow/export-cases.ts'
import { installRivals } from './install.ts'
import { formatTable } from './report.ts'
import { relativeDifference } from './workload.ts'

/** Networks on small pictures, which TensorFlow.js' plain loops need seconds for as it is. */
const small = (name: string, inputShape: Shape): readonly [Layer, Shape] => [networks[name].build({}), inputShape]

const checked: Readonly<Record<string, readonly [Layer, Shape]>> = {
  ...exportCases,
  mlp: small('mlp', [1, 28, 28]),
  resnet14: small('resnet14', [3, 32, 32]),
  resnet20: small('resnet20', [3, 32, 32]),
  googlenet: small('googlenet', [3, 64, 64]),
  mobilenet_v2: small('mobilenet_v2', [3, 64, 64]),
  vgg11_bn: small('vgg11_bn', [3, 32, 32]),
  alexnet: small('alexnet', [3, 96, 96]),
  unet: [unet({ classes: 3 }), [3, 32, 48]],
  fcn: [fcn({ classes: 3 }), [3, 32, 48]],
}

/** The largest difference by the largest output that is let pass. */
const tolerance = 1e-4

const examples = 2

const say = (message: string): void => console.error(`tfjs: ${message}`)

const numbers = (count: number, next: () => number): Float32Array => Float32Array.from({ length: count }, next)

/** Biases and running statistics as after training. */
const initialValues: InitialValues = (path, shape, initializer) => {
  const random = new Random(1, path)
  if (path.endsWith('running_var')) return numbers(sizeOf(shape), () => 0.5 + random.uniform())
  if (path.endsWith('running_mean') || path.endsWith('bias')) return numbers(sizeOf(shape), () => random.normal() / 10)
  return initializer(shape, random)
}

/** [N, C, ...] as [N, ..., C]. */
function channelsLast(data: Float32Array, [, channels, ...places]: Shape): Float32Array {
  const count = sizeOf(places)
  return data.map((_, i) => {
    const [example, place, channel] = [
      Math.floor(i / (channels * count)),
      Math.floor(i / channels) % count,
      i % channels,
    ]
    return data[(example * channels + channel) * count + place]
  })
}

async function difference([layer, inputShape]: readonly [Layer, Shape], backend: Backend): Promise<number> {
  const tf = await import('@tensorflow/tfjs')
  await tf.setBackend('cpu')
  const model = await createModel(layer, inputShape, { backend, initialValues })
  const files = await exportTensorflow(model)
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files['model.json']))
  const loaded = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: files['weights.bin'].buffer,
    }),
  )
  const random = new Random(1, 'examples')
  const first = layer.layers?.[0][1].description.type
  const data = numbers(examples * sizeOf(inputShape), () =>
    first === 'embedding' ? random.integer(7) : random.normal(),
  )
  const shape = [examples, ...inputShape]
  const turned = inputShape.length === 3 || first === 'conv1d'
  const given = tf.tensor(turned ? channelsLast(data, shape) : data, [
    examples,
    ...loaded.inputs[0].shape.slice(1),
  ] as number[])
  const found = (loaded.predict(given) as typeof given).dataSync() as Float32Array
  const own = await predict(model, data)
  const expected = own.shape.length === 4 ? channelsLast(own.data, own.shape) : own.data
  if (found.length !== expected.length) throw new Error(`${found.length} outputs instead of ${expected.length}`)
  return relativeDifference(found, expected)
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !Object.hasOwn(checked, name))
  if (unknown !== undefined) {
    say(`no network ${unknown}; expected some of ${Object.keys(checked).join(', ')}`)
    process.exitCode = 2
    return
  }
  installRivals(say)
  const rows: string[][] = []
  for (const name of names.length > 0 ? names : Object.keys(checked)) {
    const backend = await wasm()
    const found = await difference(checked[name], backend)
    await backend.close()
    say(`${name}: ${found.toPrecision(2)}`)
    if (!(found < tolerance)) process.exitCode = 1
    rows.push([name, `${found.toExponential(1)}${found < tolerance ? '' : ', too large'}`])
  }
  console.log(`Largest difference by largest output; ${tolerance} is let pass\n`)
  console.log(formatTable(['network', "Gentle's model.json in TensorFlow.js"], rows))
}

await main(process.argv.slice(2))
