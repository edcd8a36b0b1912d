import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readImageFile, writeImageFile } from 'gentle-dl/data'
import { image } from 'gentle-dl/vision'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, smallIdxSet, temporaryFolder } from './command.ts'

const golden = (name: string): string => fileURLToPath(new URL(`goldens/${name}`, import.meta.url))

const folder = temporaryFolder()
const data = smallIdxSet()
const plain = join(folder, 'plain')
const picture = join(folder, 'picture.png')
const other = join(folder, 'other.png')

beforeAll(async () => {
  await writeImageFile(
    picture,
    image(
      3,
      24,
      24,
      Float32Array.from({ length: 3 * 576 }, (_, i) => (((i % 24) * (1 + Math.floor(i / 576))) % 24) / 24),
    ),
  )
  await writeImageFile(other, image(1, 24, 24, new Float32Array(576).fill(0.5)))
  await gentle(['train', 'lenet5', '--data', data, '--epochs', '1', '--run-dir', plain, '--quiet'])
})

async function refuses(args: readonly string[], pattern: RegExp): Promise<void> {
  const { code, stderr } = await gentle(args)
  // Names to choose from may stand below in columns.
  expect(
    stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith(' ')),
  ).toHaveLength(1)
  expect(stderr).toMatch(pattern)
  expect(code).toBe(2)
}

describe('gentle augment', () => {
  it.each([
    ['digits', 'digits'],
    ['photo', 'photo'],
    ['several', '[{"type":"perspective","distortion":0.4},{"type":"hue","shift":[0.3,0.3]},{"type":"cutout"}]'],
  ])('writes the sheet that was looked at: %s', async (name, policy) => {
    const sheet = join(folder, `${name}.png`)
    const { code, stderr } = await gentle(['augment', picture, '--policy', policy, '--grid', '2x3', '--out', sheet])
    expect(stderr).toBe(`wrote 6 pictures to ${sheet}\n`)
    expect(code).toBe(0)
    const [made, kept] = [await readImageFile(sheet), await readImageFile(golden(`augment-${name}.png`))]
    expect([made.height, made.width]).toEqual([kept.height, kept.width])
    // Sines and logarithms may differ in their last bit from machine to machine, and the letters of captions wholly.
    const isInPicture = (x: number, y: number): boolean => (x - 12) % 204 < 192 && y >= 42 && (y - 42) % 225 < 192
    const differing = made.data.filter((value, i) => {
      const [x, y] = [i % made.width, Math.floor(i / made.width) % made.height]
      return isInPicture(x, y) && Math.abs(value - kept.data[i]) > 2 / 255
    }).length
    expect(differing / made.data.length).toBeLessThan(1e-3)
  })

  it('draws the same from the same seed, and other pictures from another', async () => {
    const sheets = await Promise.all(
      [0, 0, 1].map(async (seed, i) => {
        const out = join(folder, `seed-${i}.png`)
        await gentle(['augment', picture, '--policy', 'photo', '--grid', '1x3', '--seed', String(seed), '--out', out])
        return readFileSync(out)
      }),
    )
    expect(sheets[1]).toEqual(sheets[0])
    expect(sheets[2]).not.toEqual(sheets[0])
  })

  it('mixes two pictures, and tells the shares', async () => {
    const out = join(folder, 'mixed.png')
    const { code } = await gentle(['augment', picture, other, '--policy', 'cutMix', '--grid', '1x4', '--out', out])
    expect(code).toBe(0)
    expect(existsSync(out)).toBe(true)
    await refuses(['augment', picture, '--policy', 'mixUp', '--out', out], /--policy mixes pictures; give at least two/)
  })

  it('refuses what it cannot do, in a line', async () => {
    const out = ['--out', join(folder, 'x.png')]
    await refuses(['augment', picture, '--policy', 'digit', ...out], /unknown --policy 'digit'; did you mean digits\?/)
    await refuses(
      ['augment', picture, '--policy', '[{"type":"turn"}]', ...out],
      /has the unknown type 'turn'; choose from flip/,
    )
    await refuses(['augment', picture, '--policy', '[{]', ...out], /is not valid JSON/)
    await refuses(
      ['augment', picture, '--policy', 'flip', '--grid', '0x4', ...out],
      /--grid is 0x4; expected rows x columns/,
    )
    await refuses(['augment', join(folder, 'none.png'), '--policy', 'flip', ...out], /none\.png/)
    await refuses(['augment', picture, '--policy', 'flip'], /--out/)
  })
})

describe('gentle train --augment', () => {
  it('keeps the policy of a file in the run, which can go on without the file', async () => {
    const file = join(folder, 'policy.json')
    writeFileSync(file, '[ { "type": "shift", "across": 0.05 }, { "type": "mixUp" } ]')
    const run = join(folder, 'mixed-run')
    const args = ['--data', data, '--quiet']
    const { code, stderr } = await gentle([
      'train',
      'lenet5',
      ...args,
      '--epochs',
      '1',
      '--augment',
      file,
      '--run-dir',
      run,
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    writeFileSync(file, '[]')
    expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).settings.augment).toBe(
      '[{"type":"shift","across":0.05},{"type":"mixUp"}]',
    )
    expect((await gentle(['train', '--resume', run, '--epochs', '2', '--quiet'])).code).toBe(0)
    await refuses(['train', '--resume', run, '--augment', 'digits'], /--augment cannot be changed/)
  })

  it('gives the same weights from the same seed on any number of threads', async () => {
    const runs = await Promise.all(
      ['1', '2'].map(async (threads) => {
        const run = join(folder, `threads-${threads}`)
        await gentle([
          'train',
          'lenet5',
          '--data',
          data,
          '--epochs',
          '1',
          '--augment',
          'digits',
          '--threads',
          threads,
          '--run-dir',
          run,
          '--quiet',
        ])
        return readFileSync(join(run, 'weights/last.safetensors'))
      }),
    )
    expect(runs[1]).toEqual(runs[0])
    expect(runs[0]).not.toEqual(readFileSync(join(plain, 'weights/last.safetensors')))
  })

  it('is for pictures', async () => {
    await refuses(
      ['train', 'mlp', '--data', 'moons', '--augment', 'flip'],
      /the examples of data set moons are not pictures/,
    )
  })
})

describe('views', () => {
  it('are averaged by eval and by predict', async () => {
    const { stdout } = await gentle(['eval', plain, '--data', data, '--views', '3', '--augment', 'digits', '--json'])
    const evaluation = JSON.parse(stdout)
    expect(evaluation.views).toBe(3)
    expect(evaluation.accuracy).toBeGreaterThan(0.5)
    const answers = await Promise.all(
      [[], ['--views', '4', '--augment', 'digits']].map(async (flags) => {
        const { stdout: printed } = await gentle(['predict', plain, picture, '--json', ...flags])
        return JSON.parse(printed)[0].predictions as { probability: number }[]
      }),
    )
    expect(answers[1]).not.toEqual(answers[0])
    expect(answers[1].reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5)
  })

  it('need a policy, and no mixing', async () => {
    await refuses(['eval', plain, '--data', data, '--views', '3'], /--views N needs --augment POLICY/)
    await refuses(['eval', plain, '--data', data, '--views', '1', '--augment', 'flip'], /--views is 1; expected/)
    await refuses(['predict', plain, picture, '--views', '3', '--augment', 'mixUp'], /the policy mixes pictures/)
    await refuses(
      ['predict', plain, picture, '--views', '3', '--augment', 'flip', '--logits'],
      /--views averages probabilities/,
    )
  })
})
