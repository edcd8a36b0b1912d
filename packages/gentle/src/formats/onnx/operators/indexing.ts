/** Operators of ONNX that pick elements by indices. */
import { cumsum } from '../../../ops/cumulative.ts'
import { takeAlongAxis } from '../../../ops/indexing.ts'
import { like } from './elements.ts'
import { type Operator, operator } from './operator.ts'
import { axisOf, fromStart } from './structure.ts'

export const indexingOperators = {
  CumSum: operator(
    (call) => {
      const x = call.tensor(0)
      const options = { exclusive: call.flag('exclusive'), reverse: call.flag('reverse') }
      return [like(call, 0, cumsum(x, axisOf(call, call.numbers(1)[0], x.shape.length), options))]
    },
    [11, 'exclusive reverse'],
    [14, 'exclusive reverse'],
  ),
  GatherElements: operator(
    (call) => {
      const [x, indices] = [call.tensor(0), call.tensor(1)]
      const axis = axisOf(call, call.number('axis', 0), x.shape.length)
      return [like(call, 0, takeAlongAxis(x, fromStart(call, indices, x.shape[axis]), axis))]
    },
    [11, 'axis'],
    [13, 'axis'],
  ),
} satisfies Record<string, Operator>
