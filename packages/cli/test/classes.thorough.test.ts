import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

it('gentle train --resume goes on only with its own classes', async () => {
  const [data, run] = [temporaryFolder(), join(temporaryFolder(), 'run')]
  for (const [name, grey] of Object.entries({ black: 0, white: 200 })) {
    mkdirSync(join(data, name))
    for (let i = 0; i < 8; i++)
      await sharp(Uint8Array.of(grey, grey, i, i), { raw: { width: 2, height: 2, channels: 1 } })
        .png()
        .toFile(join(data, name, `${i}.png`))
  }
  await gentle(['train', 'perceptron', '--data', data, '--resize', '2', '--epochs', '1', '--run-dir', run, '--quiet'])
  renameSync(join(data, 'white'), join(data, 'amber'))
  const on = ['train', '--resume', run, '--epochs', '2', '--quiet']
  const { code, stderr } = await gentle(on)
  expect(stderr).toMatch(
    /^gentle: data set .* have different classes: only the former has amber; only the latter has white;/,
  )
  expect(code).toBe(2)
  renameSync(join(data, 'amber'), join(data, 'white'))
  expect((await gentle(on)).code).toBe(0)
})
