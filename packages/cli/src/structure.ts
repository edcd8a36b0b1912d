/** What a network's trace tells of it; nothing is computed. */
import { input, type Layer, type LayerDescription, type Parameters, Scope, type Shape, sizeOf } from 'gentle-dl'

/** A layer in its place: shapes are of one example. */
export interface PlacedLayer {
  readonly path: string
  readonly description: LayerDescription
  readonly inputShape: Shape
  readonly outputShape: Shape
}

export interface Structure {
  /** Innermost layers first. */
  readonly layers: readonly PlacedLayer[]
  /** Shapes of the parameters, by name. */
  readonly parameters: ReadonlyMap<string, Shape>
}

/**
 * Traces a network on one example of a shape.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export function structureOf(network: Layer, inputShape: Shape): Structure {
  const layers: PlacedLayer[] = []
  const parameters: Parameters = new Map()
  const scope = new Scope({
    parameters,
    state: new Map(),
    seed: 0,
    training: false,
    firstValues: (_, shape) => new Float32Array(sizeOf(shape)),
    onLayer: ({ path, description, input: x, output: y }) =>
      layers.push({ path, description, inputShape: x.shape.slice(1), outputShape: y.shape.slice(1) }),
  })
  scope.apply('', network, input([1, ...inputShape]))
  return { layers, parameters: new Map([...parameters].map(([name, { shape }]) => [name, shape])) }
}

/** What builds a network for a number of classes. */
export type Build = (classes: number) => Layer

/**
 * The head of a network, which is the parameters whose shapes depend on the number of classes: by name, with the axis that counts them.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export function headOf(build: Build, inputShape: Shape): Map<string, number> {
  const [two, three] = [2, 3].map((classes) => structureOf(build(classes), inputShape).parameters)
  const head = new Map<string, number>()
  for (const [name, shape] of two) {
    const axis = shape.findIndex((n, i) => n !== three.get(name)?.[i])
    if (axis >= 0) head.set(name, axis)
  }
  return head
}
