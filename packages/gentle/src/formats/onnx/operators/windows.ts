/** Windows that convolutions and pools move over their operand: as attributes of a node tell them, for any number of axes. */
import type { OnnxCall } from '../call.ts'

/** A window along one axis. */
export interface Window {
  readonly size: number
  readonly stride: number
  readonly dilation: number
  /** Elements that are added before and behind. */
  readonly before: number
  readonly after: number
}

/** How far a window reaches. */
export const reachOf = ({ size, dilation }: Pick<Window, 'size' | 'dilation'>): number => (size - 1) * dilation + 1

/** A list of numbers, one for each axis. */
export function perAxis(call: OnnxCall, name: string, axes: number, otherwise: number): readonly number[] {
  const list = call.list(name) ?? new Array<number>(axes).fill(otherwise)
  return list.length === axes ? list : call.fail(`has ${name} of ${list.length} numbers; expected ${axes}`)
}

/** The windows over an operand of these sizes. */
export function windowsOf(call: OnnxCall, sizes: readonly number[], kernel: readonly number[]): Window[] {
  const axes = sizes.length
  if (kernel.length !== axes) call.fail(`has a kernel of ${kernel.length} axes for ${axes}`)
  const [strides, dilations] = [perAxis(call, 'strides', axes, 1), perAxis(call, 'dilations', axes, 1)]
  const auto = call.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET')
  const pads = auto === 'NOTSET' ? (call.list('pads') ?? []) : []
  if (pads.length !== 0 && pads.length !== 2 * axes)
    call.fail(`has pads of ${pads.length} numbers; expected ${2 * axes}`)
  return sizes.map((size, axis) => {
    const window = { size: kernel[axis], stride: strides[axis], dilation: dilations[axis] }
    if (auto === 'NOTSET' || auto === 'VALID')
      return { ...window, before: pads[axis] ?? 0, after: pads[axes + axis] ?? 0 }
    const missing = Math.max(0, (Math.ceil(size / window.stride) - 1) * window.stride + reachOf(window) - size)
    const [small, large] = [Math.floor(missing / 2), Math.ceil(missing / 2)]
    return auto === 'SAME_UPPER'
      ? { ...window, before: small, after: large }
      : { ...window, before: large, after: small }
  })
}
