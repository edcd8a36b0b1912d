import { join } from 'node:path'
import { readImageFile, writeImageFile } from 'gentle-dl/data'
import { image } from 'gentle-dl/vision'
import { beforeAll, expect, it } from 'vitest'
import { gentle, smallIdxSet, temporaryFolder } from './command.ts'

const folder = temporaryFolder()
const run = join(folder, 'lenet')
const dense = join(folder, 'mlp')
const picture = join(folder, 'left.png')

beforeAll(async () => {
  const data = smallIdxSet()
  await writeImageFile(
    picture,
    image(
      1,
      28,
      28,
      Float32Array.from({ length: 784 }, (_, i) => (i % 28 < 14 ? 0.9 : 0.05)),
    ),
  )
  await gentle(['train', 'lenet5', '--data', data, '--epochs', '2', '--run-dir', run, '--quiet'])
  await gentle(['train', 'mlp', '--data', data, '--epochs', '1', '--run-dir', dense, '--quiet'])
})

it('draws what a network makes of a picture, and tells it as JSON', async () => {
  const out = join(folder, 'explain.png')
  const { code, stdout } = await gentle(['explain', run, picture, '--out', out, '--json'])
  expect(code).toBe(0)
  const printed = JSON.parse(stdout)
  expect(printed.class).toBe('0')
  expect(printed.predictions[0]).toMatchObject({ label: '0' })
  expect(printed.layers).toEqual(['0', '1', '2', '3', '4', '5'])
  const drawn = await readImageFile(out)
  expect(drawn.width).toBeGreaterThan(600)
  // It is not one colour.
  expect(new Set(drawn.data.slice(0, 3 * drawn.width * drawn.height)).size).toBeGreaterThan(50)
})

it('shows the layers and explains the class that are named', async () => {
  const out = join(folder, 'named.png')
  const { stdout } = await gentle(['explain', run, picture, '--class', '1', '--layers', '3', '--out', out, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ class: '1', layers: ['3'] })
  const whole = await readImageFile(join(folder, 'explain.png'))
  expect((await readImageFile(out)).height).toBeLessThan(whole.height)
})

it('shows the first weights of a network without convolutions', async () => {
  const { code, stdout } = await gentle(['explain', dense, picture, '--out', join(folder, 'dense.png'), '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout).layers).toEqual([])
})

it('refuses what it cannot explain, in a line', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await gentle(['explain', ...args])
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    return stderr
  }
  expect(await refused(run, join(folder, 'none.png'))).toMatch(/none\.png/)
  expect(await refused(run, picture, '--class', '7')).toMatch(/unknown class '7'/)
  expect(await refused(run, picture, '--layers', '33')).toMatch(/unknown layer '33'; did you mean 3\?/)
  const points = join(folder, 'points')
  await gentle(['train', 'mlp', '--data', 'xor', '--epochs', '1', '--run-dir', points, '--quiet'])
  expect(await refused(points, picture)).toMatch(/explain is for networks on pictures/)
})
