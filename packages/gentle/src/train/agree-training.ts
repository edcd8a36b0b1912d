/** Whether the ranks of a training are at the same place of the same training. */
import { version } from '../core/version.ts'
import { agree } from '../distributed/agree.ts'
import type { Ranks } from '../distributed/ranks.ts'
import { crc32 } from '../formats/seal.ts'
import { readWeights } from '../nn/model.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Moment, Parts } from './moment.ts'

/** @throws DistributedError naming the first rank that has another version of Gentle, arithmetic, network, data, setting or weights than the first one, and in what it differs. */
export async function agreeOnTraining(
  ranks: Ranks,
  { step, epoch, position, draw }: Moment,
  parts: Parts,
): Promise<void> {
  const { model, data, epochs } = parts
  const checksum = crc32()
  let weights = 0
  for (const { buffer, byteOffset, byteLength } of (await readWeights(model)).values())
    weights = checksum(new Uint8Array(buffer, byteOffset, byteLength), weights)
  const at = { step, epoch, position, draw }
  await agree(ranks, {
    version,
    arithmetic: model.backend.arithmetic,
    ...fingerprintOf(model, data, parts),
    epochs,
    'place in the training': at,
    weights: weights.toString(16),
  })
}
