/** Products of bytes, four of them a lane. */
import { range } from '../../../../core/range.ts'
import { i16x8 } from '../../assembler/i16x8.ts'
import { drop, i32x4, Local, Module, sequence, shuffle32, type Value, v128 } from '../../assembler/index.ts'

type Vector = Value<'v128'>

/** c and, in each lane, the sum of the products of four signed bytes of `signed` with four of `sevenBits`, which are from 0 to 127. */
export type DotBytes = (signed: Vector, sevenBits: Vector, c: Vector) => Vector

let known: DotBytes | undefined

/** The relaxed instruction, where the engine has it and a try gives what it has to; otherwise several exact ones, which give the same. */
export function dotBytes(): DotBytes {
  known ??= hasRightDot() ? i32x4.relaxedDotI8x16I7x16Add : exactDot
  return known
}

/** The same by products of 16 bits: eight instructions for one. */
export const exactDot: DotBytes = (signed, sevenBits, c) => {
  const [a, b, low, high] = range(4).map(() => new Local('v128'))
  return sequence(
    [
      a.set(signed),
      b.set(sevenBits),
      low.set(i32x4.extaddPairwiseI16x8S(i16x8.extmulLowI8x16S(a, b))),
      high.set(i32x4.extaddPairwiseI16x8S(i16x8.extmulHighI8x16S(a, b))),
    ],
    i32x4.add(c, i32x4.add(shuffle32([0, 2, 4, 6], low, high), shuffle32([1, 3, 5, 7], low, high))),
  )
}

/** Products at the ends of both ranges, where an engine that adds pairs in 16 bits, or takes one operand for the other, would differ. */
function hasRightDot(): boolean {
  const memory = { initialPages: 1, maximumPages: 1, shared: false }
  const probe = new Module({ memory })
  probe.function('probe', {}, undefined, () => [
    drop(i32x4.relaxedDotI8x16I7x16Add(v128.load(0), v128.load(0), v128.load(0))),
  ])
  if (!WebAssembly.validate(probe.emit())) return false
  const module = new Module({ memory })
  module.function(
    'dot',
    {},
    undefined,
    () => [v128.store(32, i32x4.relaxedDotI8x16I7x16Add(v128.load(0), v128.load(16), v128.load(32)))],
    { export: true },
  )
  const instance = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const bytes = new Int8Array(instance.buffer)
  const sums = new Int32Array(instance.buffer, 32, 4)
  const ends = [-128, 127, -1, 0, 64, -77, 127, -128, -128, -128, -128, -128, 127, 127, 127, 127]
  const counts = [127, 127, 127, 127, 127, 0, 1, 100, 127, 127, 127, 127, 127, 127, 127, 127]
  bytes.set([...ends, ...counts])
  sums.set([1, -2, 3, 2 ** 30])
  const expected = sums.map((sum, lane) =>
    range(4).reduce((total, i) => total + ends[4 * lane + i] * counts[4 * lane + i], sum),
  )
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emit()), { env: { memory: instance } })
  ;(exports['dot'] as () => void)()
  return sums.every((sum, lane) => sum === expected[lane])
}
