/** Resize and its forerunner. */
import { upsample2d } from '../../../ops/upsample2d.ts'
import { like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'

const resized: Compute = (call) => {
  const x = call.tensor(0)
  if (x.shape.length !== 4) call.fail(`has an operand of ${x.shape.length} axes; expected images [N, C, H, W]`)
  const sizes = call.has(3)
    ? call.numbers(3)
    : (call.list('scales') ?? call.numbers(call.count > 2 ? 2 : 1)).map((scale, axis) =>
        Math.floor(x.shape[axis] * scale),
      )
  const mode = call.text('mode', 'nearest')
  const place = call.text('coordinate_transformation_mode', call.opset < 11 ? 'asymmetric' : 'half_pixel')
  const size: [number, number] = [sizes[2], sizes[3]]
  if (mode === 'nearest') {
    const whole = size.every((n, axis) => n % x.shape[2 + axis] === 0)
    const floored =
      place === 'asymmetric' && call.text('nearest_mode', call.opset < 11 ? 'floor' : 'round_prefer_floor') === 'floor'
    if (!floored && !(whole && place === 'half_pixel'))
      call.fail(`places pixels by ${place}; expected a whole factor, or asymmetric and floor`)
    return [like(call, 0, upsample2d(x, { size }, { method: 'nearest' }))]
  }
  if (mode !== 'linear') call.fail(`has mode ${mode}; expected nearest or linear`)
  if (place !== 'half_pixel' && place !== 'pytorch_half_pixel' && place !== 'align_corners')
    call.fail(`places pixels by ${place}; expected half_pixel or align_corners`)
  return [like(call, 0, upsample2d(x, { size }, { method: 'bilinear', alignCorners: place === 'align_corners' }))]
}

const attributes = 'coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value mode nearest_mode'

export const resizeOperators = {
  Resize: operator(resized, [10, 'mode'], [11, attributes], [13, attributes]),
  Upsample: operator(resized, [7, 'mode scales'], [9, 'mode']),
} satisfies Record<string, Operator>
