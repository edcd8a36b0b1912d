import { join } from 'node:path'
import { imageFileInfo } from 'gentle-dl/data'
import { expect, test } from 'vitest'
import { gentle, smallIdxSet, temporaryFolder } from './command.ts'

test('gentle data describe tells of scenes and draws them', async () => {
  const out = join(temporaryFolder(), 'scenes.png')
  const name = `scenes:source=idx:${smallIdxSet()},train=30,side=48,objects=1-2`
  const { stdout, stderr, code } = await gentle(['data', 'describe', name, '--out', out])
  expect({ code, stderr }).toEqual({ code: 0, stderr: `wrote annotated pictures to ${out}\n` })
  expect(stdout).toMatch(/: pictures of 1 x 48 x 48, objects of 2 classes, masks of 3 classes\n/)
  expect(stdout).toMatch(/\ntrain +30 +0 +1 +[12] +2\n/)
  expect(await imageFileInfo(out)).toMatchObject({ width: 2 * (388 + 12) + 12 })
})
