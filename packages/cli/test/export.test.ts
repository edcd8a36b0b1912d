import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, plainRecipe, smallIdxSet, temporaryFolder } from './command.ts'

const folder = temporaryFolder()
const run = join(folder, 'run')

beforeAll(() =>
  gentle(['train', 'lenet5', '--data', smallIdxSet(), '--epochs', '1', ...plainRecipe, '--run-dir', run, '--quiet']),
)

describe('gentle export', () => {
  it('writes the weights of a run with all that is stored with them', async () => {
    const out = join(folder, 'out.safetensors')
    expect((await gentle(['export', run, '--format', 'safetensors', '--out', out])).code).toBe(0)
    expect(readFileSync(out).equals(readFileSync(join(run, 'weights/best.safetensors')))).toBe(true)
  })

  it('writes ONNX that predicts what the run does', async () => {
    const out = join(folder, 'out.onnx')
    expect((await gentle(['export', run, '--format', 'onnx', '--out', out])).code).toBe(0)
    const picture = join(run, 'example.png')
    const [own, exported] = await Promise.all(
      [run, out].map(async (place) =>
        JSON.parse((await gentle(['predict', place, picture, '--logits', '--json'])).stdout),
      ),
    )
    expect(exported[0].logits).toHaveLength(2)
    for (const [i, logit] of own[0].logits.entries()) expect(exported[0].logits[i]).toBeCloseTo(logit, 4)
  })

  it('writes the operator set that --opset asks for, and refuses one that is not written', async () => {
    const out = join(folder, 'new.onnx')
    expect((await gentle(['export', run, '--format', 'onnx', '--opset', '21', '--out', out])).code).toBe(0)
    // Field 8 of the file holds the versions: a message of two bytes, whose field 2 is the number.
    expect([...readFileSync(out).subarray(-4)]).toEqual([0x42, 2, 0x10, 21])
    const old = await gentle(['export', run, '--format', 'onnx', '--opset', '9', '--out', out])
    expect(old.code).toBe(2)
    expect(old.stderr).toMatch(/^gentle: exportOnnx: opset is 9; expected a whole number from 13 to 22\n$/)
    const misplaced = await gentle(['export', run, '--format', 'safetensors', '--opset', '17', '--out', out])
    expect(misplaced.stderr).toMatch(/--opset needs --format onnx/)
  })

  it('writes a folder for TensorFlow.js', async () => {
    const out = join(folder, 'web')
    expect((await gentle(['export', run, '--format', 'tfjs', '--out', out])).code).toBe(0)
    const { modelTopology, userDefinedMetadata, weightsManifest } = JSON.parse(
      readFileSync(join(out, 'model.json'), 'utf8'),
    )
    expect(modelTopology.config.layers[0]).toMatchObject({
      class_name: 'InputLayer',
      config: { batch_input_shape: [null, 28, 28, 1] },
    })
    expect(userDefinedMetadata.classes).toHaveLength(2)
    const numbers = weightsManifest[0].weights.map(({ shape }: { shape: number[] }) => shape.reduce((a, b) => a * b, 1))
    expect(readFileSync(join(out, 'weights.bin')).length).toBe(4 * numbers.reduce((a: number, b: number) => a + b, 0))
  })

  it('refuses unknown formats and places that cannot be written, in one line', async () => {
    const unknown = await gentle(['export', run, '--format', 'onx', '--out', join(folder, 'x')])
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toMatch(/^gentle: unknown --format 'onx'; did you mean onnx\?.*\n$/)
    const nowhere = join(folder, 'nowhere', 'x.safetensors')
    const unwritten = await gentle(['export', run, '--format', 'safetensors', '--out', nowhere])
    expect(unwritten.code).toBe(2)
    expect(unwritten.stderr).toMatch(/cannot be written/)
    expect(existsSync(nowhere)).toBe(false)
  })
})
