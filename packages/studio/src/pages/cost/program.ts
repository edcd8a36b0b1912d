import { type Axis, type Settings, valuesOf } from './settings.ts'

/** The program that counts what the page shows. */
export function program(settings: Settings, axis: Axis): string {
  const { depth, width, resolution, batch } = settings
  return `import { BatchNorm, Conv2d, Flatten, GlobalAvgPool2d, Linear, ReLU, Residual, Sequential } from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'

const convolution = (channels: number, stride: number) => Conv2d(channels, 3, { stride, padding: 1, bias: false })
const block = (channels: number, stride: number) =>
  Residual(Sequential(convolution(channels, stride), BatchNorm(), ReLU(), convolution(channels, 1), BatchNorm()), {
    shortcut: stride === 1 ? undefined : Sequential(Conv2d(channels, 1, { stride, bias: false }), BatchNorm()),
    activation: ReLU(),
  })
const stage = (blocks: number, channels: number, stride: number) =>
  Sequential(...Array.from({ length: blocks }, (_, i) => block(channels, i === 0 ? stride : 1)))
const network = (depth: number, width: number) =>
  Sequential(
    convolution(width, 1),
    BatchNorm(),
    ReLU(),
    stage(depth, width, 1),
    stage(depth, 2 * width, 2),
    stage(depth, 4 * width, 2),
    GlobalAvgPool2d(),
    Flatten(),
    Linear(10),
  )

const settings = { depth: ${depth}, width: ${width}, resolution: ${resolution}, batch: ${batch} }
for (const value of [${valuesOf(axis, settings).join(', ')}]) {
  const { depth, width, resolution, batch } = { ...settings, ${axis}: value }
  const { parameters, flops, trainingBytes } = summarize(network(depth, width), [3, resolution, resolution], {
    batchSize: batch,
  })
  // Activations, and weights with their gradients and momentum; a step computes forward, and two gradients.
  const bytes = trainingBytes! + 3 * 4 * parameters
  console.log({ ${axis}: value, parameters, flops, stepFlops: 3 * flops * batch, bytes })
}
`
}
