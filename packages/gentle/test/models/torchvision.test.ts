import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { input } from '../../src/graph/tensor.ts'
import { networks } from '../../src/models/index.ts'
import { countParameters, type Parameters, Scope } from '../../src/nn/index.ts'
import { goldens } from './against-torchvision.ts'

it.each(Object.entries(goldens.names))("%s has torchvision's parameters and names", (name, { parameters, sha256 }) => {
  const { build, inputShape } = networks[name]
  const [learned, state]: Parameters[] = [new Map(), new Map()]
  build({}).apply(
    input([2, ...inputShape]),
    new Scope({ parameters: learned, state, seed: 0, training: true, inspection: true }),
  )
  const shapes = [...learned, ...state].map(([key, { shape }]) => `${key} [${shape.join(', ')}]`).sort()
  expect(createHash('sha256').update(shapes.join('\n')).digest('hex'), shapes.join('\n')).toBe(sha256)
  expect(countParameters({ parameters: learned })).toBe(parameters)
})
