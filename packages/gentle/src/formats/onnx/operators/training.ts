/** Operators of ONNX that do something in training alone. */

import { constantOf, isKnown, shapeOf } from '../values.ts'
import { computed } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'

/** Dropout of prediction: the operand as it is, and a mask that keeps all. */
const dropout: Compute = (call) => {
  const training = call.has(2) && call.numbers(2)[0] !== 0
  const rate = call.has(1) ? call.numbers(1)[0] : call.number('ratio', 0.5)
  if (training && rate !== 0) call.fail('is in training mode, and drops at random; expected that of prediction')
  if (call.opset < 7 && !call.flag('is_test')) call.fail('is in training mode; expected is_test 1')
  const x = call.value(0)
  if (!call.gives(1)) return [x]
  if (call.opset < 12) call.fail('gives a mask, which before operator set 12 is not the same to all runtimes')
  const shape = shapeOf(x)
  const size = shape.reduce((product, n) => product * n, 1)
  const mask = { type: 'bool' as const, shape, data: new Float64Array(size).fill(1) }
  return [x, isKnown(x) ? mask : computed('bool', constantOf(mask))]
}

export const trainingOperators = {
  Dropout: operator(
    dropout,
    [1, 'consumed_inputs is_test ratio'],
    [6, 'is_test ratio'],
    [7, 'ratio'],
    [10, 'ratio'],
    [12, 'seed'],
    [13, 'seed'],
    [22, 'seed'],
  ),
} satisfies Record<string, Operator>
