/** Blocks of pixels as channels, and back. */

import { shapeOf } from '../values.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { reordered, reshaped } from './structure.ts'

const depthToSpace: Compute = (call) => {
  const x = call.value(0)
  const [n, c, h, w] = shapeOf(x)
  const size = call.number('blocksize', 0)
  const channels = c / size ** 2
  if (!(size >= 1) || !Number.isInteger(channels)) call.fail(`makes blocks of ${size} of ${c} channels`)
  const first = call.choice('mode', ['DCR', 'CRD'], 'DCR') === 'DCR'
  const split = reshaped(x, first ? [n, size, size, channels, h, w] : [n, channels, size, size, h, w])
  const ordered = reordered(split, first ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3])
  return [reshaped(ordered, [n, channels, h * size, w * size])]
}

const spaceToDepth: Compute = (call) => {
  const x = call.value(0)
  const [n, c, h, w] = shapeOf(x)
  const size = call.number('blocksize', 0)
  if (!(size >= 1) || h % size !== 0 || w % size !== 0) call.fail(`makes blocks of ${size} of images of ${h} x ${w}`)
  const split = reshaped(x, [n, c, h / size, size, w / size, size])
  return [reshaped(reordered(split, [0, 3, 5, 1, 2, 4]), [n, c * size ** 2, h / size, w / size])]
}

export const blockOperators = {
  DepthToSpace: operator(depthToSpace, [1, 'blocksize'], [11, 'blocksize mode'], [13, 'blocksize mode']),
  SpaceToDepth: operator(spaceToDepth, [1, 'blocksize'], [13, 'blocksize']),
} satisfies Record<string, Operator>
