import { describe } from 'vitest'
import { resnet14 } from '../../../src/models/resnet-cifar.ts'
import { ofInput } from '../../../src/nn/index.ts'
import { itSharesEqualCode, trainingStep } from './alike-cases.ts'

describe('alike kernels', () => {
  const images = { x: { dtype: 'float32', shape: [3, 16, 16] } } as const
  itSharesEqualCode(
    'a residual network in training',
    () => trainingStep(ofInput('x', resnet14({ classes: 10 })), images, 16),
    100,
  )
})
