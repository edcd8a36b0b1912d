/** The shapes of a network's parameters, from a trace that gives them no values. */
import type { Fields } from '../core/field.ts'
import type { Shape } from '../core/shape.ts'
import { input } from '../graph/tensor.ts'
import { type InputsLayer, takesInputs } from './inputs-layer.ts'
import type { Layer } from './layer.ts'
import { inputsOf } from './model.ts'
import { type Parameters, Scope } from './scope.ts'

/**
 * The shapes that a network's parameters have for examples of a shape, or for inputs by their names, by path name; nothing is computed or allocated.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export function parameterShapes(network: Layer, inputShape: Shape): Map<string, Shape>
export function parameterShapes(network: InputsLayer, inputs: Fields): Map<string, Shape>
export function parameterShapes(network: Layer | InputsLayer, inputs: Shape | Fields): Map<string, Shape> {
  const parameters: Parameters = new Map()
  const scope = new Scope({ parameters, state: new Map(), seed: 0, training: false, inspection: true })
  if (takesInputs(network)) network.applyInputs(inputsOf(inputs as Fields, 1), scope)
  else scope.apply('', network, input([1, ...(inputs as Shape)]))
  return new Map([...parameters].map(([name, { shape }]) => [name, shape]))
}

/**
 * The head of a network, which is the parameters whose shapes depend on the number of classes: by path name, with the axis that counts them.
 * @param build the network for a number of classes
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export function headParameters(build: (classes: number) => Layer, inputShape: Shape): Map<string, number> {
  const [two, three] = [2, 3].map((classes) => parameterShapes(build(classes), inputShape))
  const head = new Map<string, number>()
  for (const [name, shape] of two) {
    const axis = shape.findIndex((n, i) => n !== three.get(name)?.[i])
    if (axis >= 0) head.set(name, axis)
  }
  return head
}
