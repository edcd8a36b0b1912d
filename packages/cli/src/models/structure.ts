/** What a network's trace tells of it; nothing is computed. */
import { input, type Layer, type LayerDescription, type Parameters, Scope, type Shape, ShapeError } from 'gentle-dl'

/** The name of a layer without layers within: a block's and its activation's may be the same but for the type. */
export const leafKey = (type: string, path: string): string => `${type} ${path}`

/**
 * Traces a network on one example of a shape, for its parameters' shapes and its layers' descriptions.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
function traced(network: Layer, inputShape: Shape): { parameters: Parameters; leaves: Map<string, LayerDescription> } {
  const parameters: Parameters = new Map()
  const leaves = new Map<string, LayerDescription>()
  const scope = new Scope({
    parameters,
    state: new Map(),
    seed: 0,
    training: false,
    inspection: true,
    onLayer({ path, description, leaf }) {
      if (leaf) leaves.set(leafKey(description.type, path), description)
    },
  })
  scope.apply('', network, input([1, ...inputShape]))
  return { parameters, leaves }
}

/** Descriptions of the layers that have none within, by `leafKey`. */
export const leavesOf = (network: Layer, inputShape: Shape): ReadonlyMap<string, LayerDescription> =>
  traced(network, inputShape).leaves

/** Whether a network takes examples of a shape. */
export function fits(network: Layer, inputShape: Shape): boolean {
  try {
    traced(network, inputShape)
    return true
  } catch (error) {
    if (error instanceof ShapeError) return false
    throw error
  }
}

/** @throws ShapeError naming the layer that the shape does not fit. */
export function checkFits(network: Layer, inputShape: Shape): void {
  traced(network, inputShape)
}

/** What builds a network for a number of classes. */
export type Build = (classes: number) => Layer

/**
 * The head of a network, which is the parameters whose shapes depend on the number of classes: by name, with the axis that counts them.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export function headOf(build: Build, inputShape: Shape): Map<string, number> {
  const [two, three] = [2, 3].map((classes) => traced(build(classes), inputShape).parameters)
  const head = new Map<string, number>()
  for (const [name, { shape }] of two) {
    const axis = shape.findIndex((n, i) => n !== three.get(name)?.shape[i])
    if (axis >= 0) head.set(name, axis)
  }
  return head
}
