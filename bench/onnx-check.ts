/**
 * `npm run bench:onnx -- [network...]`: whether ONNX files go both ways. What Gentle exports, of each operator set, must give Gentle's own outputs in
 * onnxruntime, and what PyTorch exports of torchvision's networks must give onnxruntime's outputs in Gentle. `ops` instead of a network tries random
 * graphs of every op. Ends with exit code 1 where one does not.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportOnnx, loadOnnx } from 'gentle-dl/onnx'
import type { InferenceSession as Session } from 'onnxruntime-node'
import {
  type Backend,
  createModel,
  type InitialValues,
  type Layer,
  type Model,
  predict,
  Random,
  type Shape,
  sizeOf,
  wasm,
} from '../packages/gentle/src/entries/index.ts'
import { networks } from '../packages/gentle/src/entries/models.ts'
import { detector, fcn, localizer, unet } from '../packages/gentle/src/entries/vision.ts'
import { exportNetworks } from './export-networks.ts'
import { installRivals } from './install.ts'
import { wrongOps } from './onnx-ops.ts'
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

/** Those in which the form of an operator changed that is written, the first and the last. */
const opsets = [13, 17, 18, 21, 22]

/** What is exported: networks that classify, and one of each task. */
const checked: Readonly<Record<string, { readonly build: () => Layer; readonly inputShape: Shape }>> = {
  ...Object.fromEntries(
    Object.entries(networks).map(([name, { build, inputShape }]) => [name, { build: () => build({}), inputShape }]),
  ),
  localizer: { build: () => localizer(networks.resnet20.build({}), { classes: 3 }), inputShape: [3, 48, 64] },
  detector: { build: () => detector(networks.resnet20.build({}), { classes: 3 }), inputShape: [3, 72, 88] },
  unet: { build: () => unet({ classes: 3 }), inputShape: [3, 48, 64] },
  fcn: { build: () => fcn({ classes: 3 }), inputShape: [3, 48, 64] },
}

/** Examples in a batch: another number than the file was traced with. */
const examples = 2

/** The largest difference by the largest output that is let pass. */
const tolerance = 1e-4

const say = (message: string): void => console.error(`onnx: ${message}`)

const numbers = (count: number, next: () => number): Float32Array => Float32Array.from({ length: count }, next)

/** Biases and running statistics as after training: at their first values, 0 and 1, much that is wrong would not show. */
const initialValues: InitialValues = (path, shape, initializer) => {
  const random = new Random(1, path)
  if (path.endsWith('running_var')) return numbers(sizeOf(shape), () => 0.5 + random.uniform())
  if (path.endsWith('running_mean') || path.endsWith('bias')) return numbers(sizeOf(shape), () => random.normal() / 10)
  return initializer(shape, random)
}

const imagesOf = (shape: Shape): Float32Array => {
  const random = new Random(1, 'images')
  return numbers(examples * sizeOf(shape), () => random.normal())
}

/** onnxruntime's output of a file for a batch. */
async function runOnnx(file: Uint8Array | string, inputShape: Shape, input: Float32Array): Promise<Float32Array> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session: Session = await InferenceSession.create(file as string)
  const outputs = await session.run({
    [session.inputNames[0]]: new Tensor('float32', input, [examples, ...inputShape]),
  })
  const { data } = outputs[session.outputNames[0]]
  await session.release()
  return data as Float32Array
}

const runGentle = async (model: Model, input: Float32Array): Promise<Float32Array> => (await predict(model, input)).data

/** The largest difference of what onnxruntime makes of Gentle's files from what Gentle makes of its network. */
async function exported(layer: Layer, inputShape: Shape, backend: Backend): Promise<number> {
  const model = await createModel(layer, inputShape, { backend, initialValues })
  const input = imagesOf(inputShape)
  const expected = await runGentle(model, input)
  let largest = 0
  for (const opset of opsets) {
    const found = await runOnnx(await exportOnnx(model, { opset }), inputShape, input)
    if (found.length !== expected.length) throw new Error(`${found.length} outputs instead of ${expected.length}`)
    largest = Math.max(largest, relativeDifference(found, expected))
  }
  return largest
}

/** The difference of what Gentle makes of PyTorch's file from what onnxruntime makes of it. */
async function imported(name: string, inputShape: Shape, backend: Backend): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-onnx-'))
  try {
    exportNetworks([name], folder)
    const path = join(folder, `${name}.onnx`)
    const model = await (await loadOnnx(readFileSync(path), { backend })).asModel()
    const input = imagesOf(inputShape)
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

async function checkOps(): Promise<void> {
  for (const opset of opsets) {
    const wrong = await wrongOps(opset)
    for (const line of wrong) say(`opset ${opset}, ${line}`)
    if (wrong.length > 0) process.exitCode = 1
    else say(`opset ${opset}: random graphs of every op that prediction computes give Gentle's numbers`)
  }
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => name !== 'ops' && !Object.hasOwn(checked, name))
  if (unknown !== undefined) {
    say(`no network ${unknown}; expected ops, or some of ${Object.keys(checked).join(', ')}`)
    process.exitCode = 2
    return
  }
  installRivals(say)
  const wanted = names.length > 0 ? names : ['ops', ...Object.keys(checked)]
  if (wanted.includes('ops')) await checkOps()
  const rows: string[][] = []
  for (const name of wanted.filter((name) => name !== 'ops')) {
    const { build, inputShape } = checked[name]
    rows.push([
      name,
      await attempt(`${name}, Gentle's files in onnxruntime`, (backend) => exported(build(), inputShape, backend)),
      torchvision.includes(name)
        ? await attempt(`${name}, PyTorch's file in Gentle`, (backend) => imported(name, inputShape, backend))
        : '',
    ])
  }
  if (rows.length === 0) return
  console.log(`Largest difference by largest output, ${opsets.length} operator sets; ${tolerance} is let pass\n`)
  console.log(formatTable(['network', "Gentle's files in onnxruntime", "PyTorch's file in Gentle"], rows))
}

await main(process.argv.slice(2))
