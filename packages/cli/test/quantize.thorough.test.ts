import { readFileSync, writeFileSync } from 'node:fs'
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
    const shown = await gentle(['show', out])
    expect(shown.stdout).toMatch(/^in 8 bits: 5 of its layers$/m)
    // The accuracy in 8 bits, and nothing that was measured before.
    expect(shown.stdout).toMatch(/^test: \d+ examples \(\S+\), accuracy [\d.]+$/m)
    expect(shown.stdout).toMatch(/^validation: \d+ examples \(\S+\)$/m)
    const onnx = join(folder, 'small.onnx')
    expect((await gentle(['export', out, '--format', 'onnx', '--out', onnx])).code).toBe(0)
    const exported = await probabilities(onnx)
    for (const [i, logit] of small.entries()) expect(exported[i]).toBeCloseTo(logit, 2)
  })

  it('trains further in 8 bits, and writes the network that learned', async () => {
    const [plain, tuned] = [join(folder, 'plain.safetensors'), join(folder, 'tuned.safetensors')]
    await gentle(['quantize', run, '--out', plain])
    const { stdout, stderr } = await gentle(['quantize', run, '--out', tuned, '--fine-tune', '1', '--json'])
    const { accuracyAfter, fineTuned } = JSON.parse(stdout)
    expect(stderr).toMatch(/^epoch 1\/1 {2}train [\d.]+ [\d.]+ % {2}validation [\d.]+ [\d.]+ %/m)
    expect(fineTuned).toMatchObject({ epochs: 1, learningRate: 0.001 })
    const measured = async (file: string): Promise<number> =>
      JSON.parse((await gentle(['eval', file, '--data', data, '--json'])).stdout).accuracy
    expect(await measured(plain)).toBe(accuracyAfter)
    expect(await measured(tuned)).toBe(fineTuned.accuracy)
    expect(readFileSync(tuned)).not.toEqual(readFileSync(plain))
  })

  it('refuses other names of files, calibrations that it does not know, and no epochs', async () => {
    const none = await gentle(['quantize', run, '--out', out, '--fine-tune', '0'])
    expect(none.stderr).toBe('gentle: --fine-tune is 0; expected a whole number of epochs from 1\n')
    const rate = await gentle(['quantize', run, '--out', out, '--learning-rate', '0.1'])
    expect(rate.stderr).toBe('gentle: --learning-rate is that of --fine-tune EPOCHS, which is missing\n')
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
    const onnx = join(folder, 'small.onnx')
    await gentle(['export', out, '--format', 'onnx', '--out', onnx])
    expect((await gentle(['quantize', onnx, '--data', data, '--out', out])).stderr).toContain(
      'quantize: the model is quantized already',
    )
  })

  it('asks a file of weights for its data, and refuses data of a run that has changed', async () => {
    const weights = join(run, 'weights/best.safetensors')
    const unnamed = await gentle(['quantize', weights, '--out', out])
    expect(unnamed.stderr).toContain(`gentle quantize ${weights} --data NAME`)
    const pictures = join(data, 't10k-images-idx3-ubyte')
    writeFileSync(pictures, readFileSync(pictures).fill(0, 1000))
    const changed = await gentle(['quantize', run, '--out', out])
    expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('other examples in its test part')])
  })
})
