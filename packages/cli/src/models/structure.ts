/** What a network's trace tells of it; nothing is computed. */
import { input, type Layer, type Parameters, Scope, type Shape, ShapeError } from 'gentle-dl'

/**
 * The parameters of a network that takes examples of a shape; they have no values.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
function parametersOf(network: Layer, inputShape: Shape): Parameters {
  const parameters: Parameters = new Map()
  const scope = new Scope({ parameters, state: new Map(), seed: 0, training: false, inspection: true })
  scope.apply('', network, input([1, ...inputShape]))
  return parameters
}

/** Whether a network takes examples of a shape. */
export function fits(network: Layer, inputShape: Shape): boolean {
  try {
    parametersOf(network, inputShape)
    return true
  } catch (error) {
    if (error instanceof ShapeError) return false
    throw error
  }
}

/** @throws ShapeError naming the layer that the shape does not fit. */
export function checkFits(network: Layer, inputShape: Shape): void {
  parametersOf(network, inputShape)
}

/** What builds a network for a number of classes. */
export type Build = (classes: number) => Layer

/**
 * The head of a network, which is the parameters whose shapes depend on the number of classes: by name, with the axis that counts them.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export function headOf(build: Build, inputShape: Shape): Map<string, number> {
  const [two, three] = [2, 3].map((classes) => parametersOf(build(classes), inputShape))
  const head = new Map<string, number>()
  for (const [name, { shape }] of two) {
    const axis = shape.findIndex((n, i) => n !== three.get(name)?.shape[i])
    if (axis >= 0) head.set(name, axis)
  }
  return head
}
