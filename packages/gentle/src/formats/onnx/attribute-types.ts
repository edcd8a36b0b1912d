/** Which attributes of ONNX's operators hold floats; all others that are numbers hold integers (https://onnx.ai/onnx/operators). */
const floats: Readonly<Record<string, readonly string[]>> = {
  BatchNormalization: ['epsilon', 'momentum'],
  Bernoulli: ['seed'],
  Celu: ['alpha'],
  Clip: ['min', 'max'],
  Constant: ['value_float', 'value_floats'],
  Dropout: ['ratio'],
  Elu: ['alpha'],
  Gemm: ['alpha', 'beta'],
  GroupNormalization: ['epsilon'],
  HardSigmoid: ['alpha', 'beta'],
  InstanceNormalization: ['epsilon'],
  LayerNormalization: ['epsilon'],
  LeakyRelu: ['alpha'],
  LRN: ['alpha', 'beta', 'bias'],
  Multinomial: ['seed'],
  Pad: ['value'],
  RandomNormal: ['mean', 'scale', 'seed'],
  RandomNormalLike: ['mean', 'scale', 'seed'],
  RandomUniform: ['high', 'low', 'seed'],
  RandomUniformLike: ['high', 'low', 'seed'],
  Resize: ['cubic_coeff_a', 'extrapolation_value'],
  RMSNormalization: ['epsilon'],
  RNN: ['activation_alpha', 'activation_beta', 'clip'],
  GRU: ['activation_alpha', 'activation_beta', 'clip'],
  LSTM: ['activation_alpha', 'activation_beta', 'clip'],
  Selu: ['alpha', 'gamma'],
  Shrink: ['bias', 'lambd'],
  ThresholdedRelu: ['alpha'],
  Upsample: ['scales'],
  Swish: ['alpha'],
  Attention: ['scale', 'softcap'],
}

/** Whether the numbers of an attribute of an operator are floats. */
export const isFloatAttribute = (operator: string, attribute: string): boolean =>
  Object.hasOwn(floats, operator) && floats[operator].includes(attribute)
