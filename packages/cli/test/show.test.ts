import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createModel, saveModel } from 'gentle-dl'
import { readSafetensors, type StoredTensor, writeSafetensors } from 'gentle-dl/formats'
import { lenet5 } from 'gentle-dl/models'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

const folder = temporaryFolder()
const [saved, weights] = [join(folder, 'lenet.safetensors'), join(folder, 'lenet.ckpt')]
const long = `${'very.'.repeat(20)}long.name`

beforeAll(async () => {
  const bytes = await saveModel(await createModel(lenet5({ classes: 2 }), [1, 28, 28], { classes: ['cat', 'dog'] }))
  writeFileSync(saved, bytes)
  const tensors = new Map<string, StoredTensor>()
  for (const [name, tensor] of readSafetensors(bytes).tensors)
    tensors.set(
      `net.${name}`,
      name === '0.bias' ? { ...tensor, data: tensor.data.map(() => 2) as Float32Array } : tensor,
    )
  tensors.set(`\u001b[2J${long}`, { shape: [], dtype: 'int32', data: Int32Array.of(3) })
  writeFileSync(weights, writeSafetensors(tensors))
})

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length))

describe('gentle show', () => {
  it('tells what a model is and how it is run', async () => {
    const { code, stdout } = await gentle(['show', saved])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^0\.weight +float32 +6 x 1 x 5 x 5 +150$/m)
    expect(stdout).toMatch(/^layers: 4 tanh, 3 conv2d, .*2 linear/m)
    expect(stdout).toMatch(/^input: x, float32 N x 1 x 28 x 28$/m)
    expect(stdout).toMatch(/^classes: 2: cat, dog$/m)
    expect(stdout).toContain(`gentle predict ${saved}`)
  })

  it('tells what a run says of its weights: data, figures, terms; and that a model without terms states none', async () => {
    const run = join(folder, 'run')
    const trained = ['train', 'mlp', '--data', 'moons', '--epochs', '1', '--threads', '1', '--run-dir', run, '--quiet']
    expect((await gentle([...trained, '--license', 'cc-by-4.0'])).code).toBe(0)
    const { stdout } = await gentle(['show', run])
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    const { digests } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    const { accuracy } = summary.test
    expect(stdout).toMatch(/^task: classify$/m)
    expect(stdout).toMatch(/^network: mlp$/m)
    expect(stdout).toMatch(/^data: moons$/m)
    expect(stdout).toContain(`train: 1,000 examples (${digests.train})\n`)
    expect(stdout).toContain(`test: 500 examples (${digests.test}), loss ${summary.test.loss.toPrecision(4)}, `)
    expect(stdout).toContain(`, accuracy ${accuracy.toPrecision(4)}\nepochs: 1\nlicense: CC-BY-4.0\n`)
    expect((await gentle(['show', saved])).stdout).toMatch(/^license: not stated$/m)
    expect((await gentle(['show', weights])).stdout).not.toContain('license')
    const onnx = join(folder, 'run.onnx')
    await gentle(['export', run, '--format', 'onnx', '--out', onnx, '--license', 'mit'])
    const [first, second] = await Promise.all([run, onnx].map((file) => gentle(['show', file, '--json'])))
    const { card } = JSON.parse(first.stdout)
    expect(JSON.parse(second.stdout).card).toEqual({ ...card, license: 'MIT' })
    const { code, stderr } = await gentle([...trained, '--license', 'apache2.0'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--license is 'apache2\.0', which SPDX does not list; did you mean Apache-2\.0\? \(such as/)
  })

  it('tells which network weights are of, and keeps to the width of the terminal whatever the names are', async () => {
    const { columns } = process.stdout
    process.stdout.columns = 80
    const { stdout } = await gentle(['show', weights])
    process.stdout.columns = columns
    expect(stdout).toMatch(/weights of lenet5, 2\s+classes: gentle predict lenet5/)
    const lines = stdout.split('\n').filter((line) => !line.includes(folder))
    expect(widest(lines.join('\n'))).toBeLessThanOrEqual(80)
    expect(stdout).toMatch(/^\?\[2Jvery.*….*long\.name +int32 +a number/m)
    expect(stdout).not.toContain('\u001b')
  })

  it('tells the same as JSON', async () => {
    const { stdout } = await gentle(['show', weights, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      file: weights,
      format: 'safetensors',
      use: { as: 'weights', networks: [{ name: 'lenet5', classes: 2 }] },
    })
  })

  it('refuses what it cannot read, in one line', async () => {
    writeFileSync(join(folder, 'page.pth'), '<!doctype html>')
    for (const [file, message] of [
      ['page.pth', /is a web page/],
      ['none.pth', /does not exist/],
      ['', /is a folder without weights/],
    ] as const) {
      const { code, stderr } = await gentle(['show', join(folder, file)])
      expect(code).toBe(2)
      expect(stderr).toMatch(message)
      expect(stderr.trim()).not.toContain('\n')
    }
  })
})

describe('gentle diff', () => {
  it('tells what differs, with names of both matched', async () => {
    const { code, stdout } = await gentle(['diff', saved, weights])
    expect(code).toBe(0)
    expect(stdout).toContain('names of B were read without "net."')
    expect(stdout).toMatch(/only in B, 1\n/)
    expect(stdout).toMatch(/different values, 1\n.*\n0\.bias +6 +2\.\d+ +2\.\d+ /)
    expect(stdout).toMatch(/10 in both with the same shape: 9 equal, 1 with different values/)
  })

  it('tells the same as JSON, and nothing of a file and itself', async () => {
    const { stdout } = await gentle(['diff', saved, saved, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ equal: 10, different: [], onlyFirst: [], onlySecond: [], operators: [] })
  })
})
