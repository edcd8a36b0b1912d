import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createModel, readWeights } from 'gentle-dl'
import { type StoredTensor, writeSafetensors } from 'gentle-dl/formats'
import { lenet5 } from 'gentle-dl/models'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

const weights = join(temporaryFolder(), 'lenet.ckpt')

beforeAll(async () => {
  const model = await createModel(lenet5({ classes: 2 }), [1, 28, 28])
  const values = await readWeights(model)
  const tensors = [...model.parameters].map(([name, { shape }]): [string, StoredTensor] => [
    `net.${name}`,
    { shape, dtype: 'float32', data: values.get(name)! },
  ])
  writeFileSync(weights, writeSafetensors(new Map(tensors)))
})

describe('weights without their network, or with another', () => {
  it('are refused with the network that they fit', async () => {
    const alone = await gentle(['predict', weights, 'x.png'])
    expect(alone.code).toBe(2)
    expect(alone.stderr).toContain(
      `weights of lenet5 but no network; name the network, as in: gentle predict lenet5 --weights ${weights}`,
    )
    const other = await gentle(['predict', 'resnet18', '--weights', weights, 'x.png'])
    expect(other.code).toBe(2)
    expect(other.stderr).toMatch(/^gentle: .* does not fit resnet18: it has no conv1\.weight .*; it fits lenet5\n$/)
  })
})
