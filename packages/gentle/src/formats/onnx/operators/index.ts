/** Every operator of ONNX that can be read, by its name (https://onnx.ai/onnx/operators). */
import { activationOperators } from './activations.ts'
import { arithmeticOperators } from './arithmetic.ts'
import { blockOperators } from './blocks.ts'
import { controlOperators } from './control.ts'
import { convolutionOperators } from './convolution.ts'
import { detectionOperators } from './detection.ts'
import { functionOperators } from './functions.ts'
import { indexingOperators } from './indexing.ts'
import { lossOperators } from './losses.ts'
import { normalizationOperators } from './normalization.ts'
import type { Operator } from './operator.ts'
import { poolingOperators } from './pooling.ts'
import { productOperators } from './products.ts'
import { quantizationOperators } from './quantization.ts'
import { recurrentOperators } from './recurrent.ts'
import { reductionOperators } from './reduction.ts'
import { resizeOperators } from './resize.ts'
import { samplingOperators } from './sampling.ts'
import { signalOperators } from './signals.ts'
import { structureOperators } from './structure.ts'
import { trainingOperators } from './training.ts'

export const operators: Readonly<Record<string, Operator>> = {
  ...activationOperators,
  ...arithmeticOperators,
  ...controlOperators,
  ...blockOperators,
  ...functionOperators,
  ...lossOperators,
  ...quantizationOperators,
  ...convolutionOperators,
  ...detectionOperators,
  ...indexingOperators,
  ...normalizationOperators,
  ...poolingOperators,
  ...productOperators,
  ...recurrentOperators,
  ...reductionOperators,
  ...resizeOperators,
  ...samplingOperators,
  ...signalOperators,
  ...structureOperators,
  ...trainingOperators,
}
