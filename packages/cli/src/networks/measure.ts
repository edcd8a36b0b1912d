/** How long networks, layers and this machine at its best take. */
import {
  type Backend,
  type Graph,
  type InitialValues,
  type Input,
  input,
  type Layer,
  Random,
  Scope,
  type Shape,
  sizeOf,
  type Tensor,
  type Variable,
  variable,
} from 'gentle-dl'
import { matmul, mul, sum } from 'gentle-dl/ops'

/** Runs of a program, and milliseconds after which they are enough, but for three. */
const [maxRuns, longEnough] = [15, 400]

/** Seconds of a program's runs after the first, which prepares the weights; shortest first. */
async function timesOf(backend: Backend, graph: Graph, feed: Record<string, number | Float32Array>): Promise<number[]> {
  const program = await backend.compile(graph)
  try {
    await program.run(feed)
    const times: number[] = []
    const began = performance.now()
    while (times.length < maxRuns && (times.length < 3 || performance.now() - began < longEnough)) {
      const start = performance.now()
      await program.run(feed)
      times.push((performance.now() - start) / 1000)
    }
    return times.sort((a, b) => a - b)
  } finally {
    program.dispose()
  }
}

const median = (times: readonly number[]): number => times[times.length >> 1]

const noise = ((random) => Float32Array.from({ length: 2 ** 14 }, () => 2 * random.uniform() - 1))(
  new Random(0, 'noise'),
)

/** The same few random numbers again and again: what a layer costs does not depend on them. */
function noiseOf(shape: Shape, scale = 1): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  for (let at = 0; at < values.length; at += noise.length) values.set(noise.subarray(0, values.length - at), at)
  return scale === 1 ? values : values.map((value) => value * scale)
}

/** Quick first values that keep activations finite; variances have to be above 0. */
const quickValues: InitialValues = (_, shape) =>
  shape.length === 1 ? new Float32Array(shape[0]).fill(1) : noiseOf(shape, Math.sqrt(3 / sizeOf(shape.slice(1))))

/** Seconds of a network's inference on a batch of examples, as one program, its input handed over and its output read. */
export async function secondsOfNetwork(
  backend: Backend,
  network: Layer,
  inputShape: Shape,
  batch: number,
): Promise<number> {
  const x = input([batch, ...inputShape])
  const { y, weights } = traced(network, x)
  const seconds = median(await timesOf(backend, { inputs: { x }, outputs: { y } }, { x: noiseOf(x.shape) }))
  backend.release(weights)
  return seconds
}

function traced(layer: Layer, x: Tensor): { y: Tensor; weights: Variable[] } {
  const [parameters, state] = [new Map<string, Variable>(), new Map<string, Variable>()]
  const scope = new Scope({ parameters, state, seed: 0, training: false, initialValues: quickValues })
  return { y: layer.apply(x, scope), weights: [...parameters.values(), ...state.values()] }
}

/**
 * Seconds of one layer alone as a program, or of an op that joins branches, on inputs of these shapes of one example. The inputs are made and
 * the output is summed within the program, so that no time goes into handing them over.
 */
export async function secondsOfLayer(
  backend: Backend,
  apply: (...x: Tensor[]) => { y: Tensor; weights: Variable[] },
  inputShapes: readonly Shape[],
  batch: number,
): Promise<number> {
  const one: Input = input([])
  const stored = inputShapes.map((shape) => variable([batch, ...shape], noiseOf([batch, ...shape])))
  const { y, weights } = apply(...stored.map((x) => mul(x, one)))
  const seconds = median(await timesOf(backend, { inputs: { one }, outputs: { y: sum(y) } }, { one: 1 }))
  backend.release([...stored, ...weights])
  return seconds
}

/** A layer as `secondsOfLayer` takes it. */
export const alone =
  (layer: Layer) =>
  (...[x]: Tensor[]): { y: Tensor; weights: Variable[] } =>
    traced(layer, x)

/** Matrix products that the peak is measured on: so many, one after another, of this size. */
const [products, side] = [8, 512]

/** How the peak is measured, in words. */
export const peakMethod = `${products} matrix products of ${side} x ${side} in one program, on all threads, the best of several runs`

/** The products that the peak is measured on. */
function productsGraph() {
  const x = input([side, side])
  const weight = variable([side, side], noiseOf([side, side], 1 / Math.sqrt(side)))
  let y: Tensor = x
  for (let i = 0; i < products; i++) y = matmul(y, weight)
  return { graph: { inputs: { x }, outputs: { y: sum(y) } }, feed: { x: noiseOf(x.shape) }, weight }
}

/** Floating-point operations a second that this machine reaches where nothing else holds it up. */
export async function measurePeak(backend: Backend): Promise<number> {
  const { graph, feed, weight } = productsGraph()
  const [best] = await timesOf(backend, graph, feed)
  backend.release([weight])
  return (products * 2 * side ** 3) / best
}

/** Floating-point operations a second that one thread reaches beside the others while it computes such a product. */
export async function measurePeakOfThread(backend: Backend): Promise<number> {
  const { graph, feed, weight } = productsGraph()
  const program = await backend.compile(graph)
  try {
    const { profile } = await program.profile(feed)
    return Math.max(
      ...profile.kernels.map(({ multiplyAdds, milliseconds }) => (2 * multiplyAdds) / (milliseconds / 1000)),
    )
  } finally {
    program.dispose()
    backend.release([weight])
  }
}
