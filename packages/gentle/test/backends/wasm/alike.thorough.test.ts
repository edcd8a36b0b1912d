import { describe } from 'vitest'
import { deepSpeech } from '../../../src/models/deep-speech/deep-speech.ts'
import { gnmt } from '../../../src/models/gnmt.ts'
import { networks } from '../../../src/models/networks.ts'
import { unet } from '../../../src/models/segmenters.ts'
import { ofInput } from '../../../src/nn/index.ts'
import { itSharesEqualCode, trainingStep } from './alike-cases.ts'

describe('alike kernels', () => {
  for (const [name, examples, least] of [
    ['resnet50', 8, 900],
    ['resnet18', 1, 200],
    ['googlenet', 16, 500],
    ['mobilenet_v2', 8, 500],
    ['vgg16_bn', 8, 100],
  ] as const) {
    const { build, inputShape } = networks[name]
    const images = { x: { dtype: 'float32', shape: inputShape } } as const
    itSharesEqualCode(
      `${name}, batch ${examples}`,
      () => trainingStep(ofInput('x', build({})), images, examples),
      least,
    )
  }
  const images = { x: { dtype: 'float32', shape: [3, 64, 64] } } as const
  itSharesEqualCode('U-Net', () => trainingStep(ofInput('x', unet({ classes: 5 })), images, 8), 100)

  const tokens = { dtype: 'int32', shape: [], sequence: 20 } as const
  const translator = gnmt({ sourceTokens: 150, targetTokens: 150, units: 64, layers: 4 })
  itSharesEqualCode('GNMT', () => trainingStep(translator, { source: tokens, previous: tokens }, 8), 50)

  const spectrogram = { dtype: 'float32', shape: [40], sequence: 60 } as const
  const convolutions = [{ channels: 8, kernel: [11, 11], stride: [2, 2] }] as const
  const listener = deepSpeech({ symbols: 29, convolutions, layers: 3, units: 32 })
  itSharesEqualCode('Deep Speech 2', () => trainingStep(listener, { spectrogram }, 8), 50)
})
