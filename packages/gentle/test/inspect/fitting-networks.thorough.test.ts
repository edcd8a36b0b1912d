import { expect, it } from 'vitest'
import { fittingNetworks } from '../../src/inspect/fitting-networks.ts'
import { networks, segmenters } from '../../src/models/networks.ts'
import { buildNetwork, publishedSizes } from '../../src/models/recipes.ts'
import { parameterShapes } from '../../src/nn/parameter-shapes.ts'

/** With and without shortcuts the layers are the same. */
const alike = (name: string): string[] =>
  /^(resnet|plain)(20|32|44|56)$/.test(name) ? [`resnet${name.slice(-2)}`, `plain${name.slice(-2)}`] : [name]

it.each([...Object.keys(networks), ...Object.keys(segmenters)])(
  'weights of %s are known as such, of any number of classes',
  (name) => {
    const { inputShape } = publishedSizes(name)
    const shapes = parameterShapes(buildNetwork(name, { classes: 7 }), inputShape)
    // Of the perceptron's weights each depends on the number of classes: by shape nothing tells what stands before them.
    for (const before of name === 'perceptron' ? [''] : ['', 'model.']) {
      const tensors = [...shapes].map(([key, shape]) => ({ name: before + key, type: 'float32', shape }))
      const fitting = fittingNetworks(tensors)
      expect(fitting).toContainEqual({ name, classes: 7 })
      expect(fitting.map((each) => each.name)).toEqual(alike(name))
    }
    expect(
      fittingNetworks([...shapes].slice(1).map(([key, shape]) => ({ name: key, type: 'float32', shape }))).map(
        (each) => each.name,
      ),
    ).not.toContain(name)
  },
)
