/** Which of the networks by name a file's weights are of. */
import { GentleError } from '../core/errors.ts'
import { type Shape, sameShape } from '../core/shape.ts'
import { networks, segmenters } from '../models/networks.ts'
import { buildNetwork, publishedSizes } from '../models/recipes.ts'
import { headParameters, parameterShapes } from '../nn/parameter-shapes.ts'
import { beyond } from '../train/mismatch.ts'
import { renamedAs } from '../train/weight-names.ts'
import type { FileTensor, FittingNetwork } from './file-content.ts'

/** What batch norm keeps beside its parameters. */
const isStatistics = (name: string): boolean => /(^|\.)(running_mean|running_var|num_batches_tracked)$/.test(name)

/** Heads that only training has may be missing. */
const isAuxiliary = (name: string): boolean => /^aux\d*\./.test(name)

/** The networks that have all their weights among these tensors, by name and shape, and no more in their modules, and the number of classes that the weights have. */
export function fittingNetworks(tensors: readonly FileTensor[]): FittingNetwork[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  return [...Object.keys(networks), ...Object.keys(segmenters)].flatMap((name) => {
    const classes = classesFitting(name, byName)
    return classes === undefined ? [] : [{ name, classes }]
  })
}

/** What has been traced: several files may be looked at. */
const published = new Map<string, ReadonlyMap<string, Shape>>()

/** The shapes of a network's parameters as it was published. */
function publishedShapes(name: string): ReadonlyMap<string, Shape> {
  const { inputShape, classes } = publishedSizes(name)
  const shapes = published.get(name) ?? parameterShapes(buildNetwork(name, { classes }), inputShape)
  published.set(name, shapes)
  return shapes
}

function classesFitting(name: string, tensors: ReadonlyMap<string, FileTensor>): number | undefined {
  const expected = publishedShapes(name)
  if ([...expected.keys()].filter((key) => !isAuxiliary(key)).length > tensors.size) return undefined
  let own: ReadonlyMap<string, FileTensor>
  try {
    own = renamedAs(new Map([...expected].map(([key, shape]) => [key, { shape }])), tensors, name).tensors
  } catch (error) {
    if (error instanceof GentleError) return undefined
    throw error
  }
  const { inputShape, classes: publishedClasses } = publishedSizes(name)
  const build = (classes: number) => buildNetwork(name, { classes })
  const head = [...headParameters(build, inputShape)]
  const classes = head.map(([key, axis]) => own.get(key)?.shape[axis]).find((count) => count !== undefined)
  if (classes === undefined || classes < 1) return undefined
  const fits = [...(classes === publishedClasses ? expected : parameterShapes(build(classes), inputShape))].every(
    ([key, shape]) => {
      const tensor = own.get(key)
      return tensor === undefined ? isAuxiliary(key) : sameShape(tensor.shape, shape)
    },
  )
  const others = [...own.keys()].filter((key) => !expected.has(key) && !isStatistics(key))
  return fits && beyond(others, expected.keys()).length === 0 ? classes : undefined
}
