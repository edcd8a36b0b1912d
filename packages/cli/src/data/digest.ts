/** By what it is seen that a data set is another than it was. */
import { createHash } from 'node:crypto'
import { sizeOf } from 'gentle-dl'
import { type Dataset, partNames, type Splits } from 'gentle-dl/data'

/** Examples of a part that are looked at, spread evenly over all. */
const sampled = 64

/** A digest of a part: of how many examples it has, and of the inputs and the classes of some. */
export async function digestOf(part: Dataset): Promise<string> {
  const hash = createHash('sha256').update(`${part.length} of ${part.inputShape.join('x')}`)
  const input = new Float32Array(sizeOf(part.inputShape))
  const size = sizeOf(part.target.shape)
  const target = part.target.dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
  const count = Math.min(sampled, part.length)
  for (let i = 0; i < count; i++) {
    await part.read([Math.floor((i * part.length) / count)], input, target)
    hash.update(input).update(part.classes?.[target[0]] ?? target.join())
  }
  return hash.digest('hex').slice(0, 16)
}

/** The digests of all three parts. */
export async function digestsOf(splits: Splits): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const name of partNames) digests[name] = await digestOf(splits[name])
  return digests
}
