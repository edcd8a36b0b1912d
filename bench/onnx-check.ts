/**
 * `npm run bench:onnx -- [network...]`: whether ONNX files go both ways. What Gentle exports must give Gentle's own outputs in onnxruntime,
 * and what PyTorch exports of torchvision's networks must give onnxruntime's outputs in Gentle. Ends with exit code 1 where one does not.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportOnnx, loadOnnx } from 'gentle-dl/onnx'
import type { InferenceSession as Session } from 'onnxruntime-node'
import {
  type Backend,
  createModel,
  type FirstValues,
  type Layer,
  type Model,
  predict,
  Random,
  type Shape,
  sizeOf,
  wasm,
} from '../packages/gentle/src/entries/index.ts'
import { networks } from '../packages/gentle/src/entries/models.ts'
import { exportNetworks } from './export-networks.ts'
import { installRivals } from './install.ts'
import { formatTable } from './report.ts'
import { relativeDifference } from './workload.ts'

/** The networks that torchvision has, too; their names are the same. */
const torchvision = [
  'alexnet',
  ...['vgg11', 'vgg13', 'vgg16', 'vgg19'].flatMap((name) => [name, `${name}_bn`]),
  'googlenet',
  ...['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152'],
  'mobilenet_v2',
]

/** The largest difference by the largest output that is let pass. */
const tolerance = 1e-4

const say = (message: string): void => console.error(`onnx: ${message}`)

const numbers = (count: number, next: () => number): Float32Array => Float32Array.from({ length: count }, next)

/** Biases and running statistics as after training: at their first values, 0 and 1, much that is wrong would not show. */
const firstValues: FirstValues = (path, shape, initializer) => {
  const random = new Random(1, path)
  if (path.endsWith('running_var')) return numbers(sizeOf(shape), () => 0.5 + random.uniform())
  if (path.endsWith('running_mean') || path.endsWith('bias')) return numbers(sizeOf(shape), () => random.normal() / 10)
  return initializer(shape, random)
}

const imageOf = (shape: Shape): Float32Array => {
  const random = new Random(1, 'image')
  return numbers(sizeOf(shape), () => random.normal())
}

/** onnxruntime's output of a file for one example. */
async function runOnnx(file: Uint8Array | string, inputShape: Shape, input: Float32Array): Promise<Float32Array> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session: Session = await InferenceSession.create(file as string)
  const outputs = await session.run({ [session.inputNames[0]]: new Tensor('float32', input, [1, ...inputShape]) })
  const { data } = outputs[session.outputNames[0]]
  await session.release()
  return data as Float32Array
}

const runGentle = async (model: Model, input: Float32Array): Promise<Float32Array> => (await predict(model, input)).data

/** The difference of what onnxruntime makes of Gentle's file from what Gentle makes of its network. */
async function exported(layer: Layer, inputShape: Shape, backend: Backend): Promise<number> {
  const model = await createModel(layer, inputShape, { backend, firstValues })
  const input = imageOf(inputShape)
  return relativeDifference(await runOnnx(await exportOnnx(model), inputShape, input), await runGentle(model, input))
}

/** The difference of what Gentle makes of PyTorch's file from what onnxruntime makes of it. */
async function imported(name: string, inputShape: Shape, backend: Backend): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-onnx-'))
  try {
    exportNetworks([name], folder)
    const path = join(folder, `${name}.onnx`)
    const model = await (await loadOnnx(readFileSync(path), { backend })).asModel()
    const input = imageOf(inputShape)
    return relativeDifference(await runGentle(model, input), await runOnnx(path, inputShape, input))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A cell of the table: the difference, or what went wrong. */
async function attempt(name: string, difference: (backend: Backend) => Promise<number>): Promise<string> {
  const backend = await wasm()
  try {
    const found = await difference(backend)
    say(`${name}: ${found.toPrecision(2)}`)
    if (found < tolerance) return found.toExponential(1)
    process.exitCode = 1
    return `${found.toExponential(1)}, too large`
  } catch (error) {
    process.exitCode = 1
    const reason = error instanceof Error ? error.message : String(error)
    say(`${name}: ${reason}`)
    return `failed: ${reason.split('\n')[0].slice(0, 60)}`
  } finally {
    await backend.close()
  }
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !Object.hasOwn(networks, name))
  if (unknown !== undefined) {
    say(`no network ${unknown}; expected some of ${Object.keys(networks).join(', ')}`)
    process.exitCode = 2
    return
  }
  installRivals(say)
  const rows: string[][] = []
  for (const name of names.length > 0 ? names : Object.keys(networks)) {
    const { build, inputShape } = networks[name]
    rows.push([
      name,
      await attempt(`${name}, Gentle's file in onnxruntime`, (backend) => exported(build({}), inputShape, backend)),
      torchvision.includes(name)
        ? await attempt(`${name}, PyTorch's file in Gentle`, (backend) => imported(name, inputShape, backend))
        : '',
    ])
  }
  console.log(`Largest difference by largest output; ${tolerance} is let pass\n`)
  console.log(formatTable(['network', "Gentle's file in onnxruntime", "PyTorch's file in Gentle"], rows))
}

await main(process.argv.slice(2))
