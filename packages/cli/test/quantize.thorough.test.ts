import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, plainRecipe, smallIdxSet, temporaryFolder } from './command.ts'

const folder = temporaryFolder()
const run = join(folder, 'run')
const out = join(folder, 'small.safetensors')
const data = smallIdxSet()

beforeAll(() =>
  gentle(['train', 'lenet5', '--data', data, '--epochs', '1', ...plainRecipe, '--run-dir', run, '--quiet']),
)

describe('gentle quantize', () => {
  it('writes a model in 8 bits, and tells what it costs and which layer hurts', async () => {
    const { code, stdout } = await gentle(['quantize', run, '--out', out])
    expect(code).toBe(0)
    expect(stdout).toMatch(/correct in 8 bits, [\d.]+ % in float32/)
    expect(stdout).toMatch(/the same answer for [\d.]+ %/)
    expect(stdout).toMatch(/hurts most: \S+\.weight/)
  })

  it('predict, eval, show and export read what it writes', async () => {
    const picture = join(run, 'example.png')
    const probabilities = async (place: string) =>
      JSON.parse((await gentle(['predict', place, picture, '--logits', '--json'])).stdout)[0].logits as number[]
    const [own, small] = [await probabilities(run), await probabilities(out)]
    for (const [i, logit] of own.entries()) expect(Math.abs(small[i] - logit)).toBeLessThan(0.1)
    expect(small).not.toEqual(own)
    expect((await gentle(['eval', out, '--data', data])).code).toBe(0)
    expect((await gentle(['show', out])).code).toBe(0)
    const onnx = join(folder, 'small.onnx')
    expect((await gentle(['export', out, '--format', 'onnx', '--out', onnx])).code).toBe(0)
    const exported = await probabilities(onnx)
    for (const [i, logit] of small.entries()) expect(exported[i]).toBeCloseTo(logit, 2)
  })

  it('refuses other names of files, and calibrations that it does not know', async () => {
    expect((await gentle(['quantize', run, '--out', 'x.onnx'])).stderr).toBe(
      'gentle: --out is x.onnx; expected a file that ends with .safetensors\n',
    )
    const unknown = await gentle(['quantize', run, '--out', out, '--calibration', 'best'])
    expect(unknown.stderr).toContain("--calibration is 'best'; choose from minMax, percentile, mse")
  })

  it('refuses no examples, and what is in 8 bits already', async () => {
    expect((await gentle(['quantize', run, '--out', out, '--examples', '0'])).stderr).toBe(
      'gentle: --examples is 0; expected a whole number of at least 1\n',
    )
    expect((await gentle(['quantize', out, '--data', data, '--out', out])).stderr).toBe(
      `gentle: ${out} is in 8 bits already\n`,
    )
  })
})
