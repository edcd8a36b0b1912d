import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createModel, Flatten, saveModel } from 'gentle-dl'
import { writeNpy } from 'gentle-dl/formats'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

/** A folder of classes, each with pictures of 2 x 2 pixels of one grey. */
async function pictures(greys: Readonly<Record<string, number>>): Promise<string> {
  const folder = temporaryFolder()
  for (const [name, grey] of Object.entries(greys)) {
    mkdirSync(join(folder, name))
    for (let i = 0; i < 8; i++) {
      const data = Uint8Array.of(grey, grey, i + 1, i)
      await sharp(data, { raw: { width: 2, height: 2, channels: 1 } })
        .png()
        .toFile(join(folder, name, `${i}.png`))
    }
  }
  return folder
}

/** A model's file: the place of the largest of the picture's four pixels is its class. */
async function modelOf(...classes: string[]): Promise<string> {
  const file = join(temporaryFolder(), 'model.safetensors')
  writeFileSync(file, await saveModel(await createModel(Flatten(), [1, 2, 2], { classes })))
  return file
}

describe('gentle eval', () => {
  it('scores by name, whatever the order of the classes, and refuses those that the model does not have', async () => {
    const model = await modelOf('white', 'red', 'black', 'blue')
    const right = await gentle(['eval', model, '--data', await pictures({ black: 0, white: 200 }), '--json'])
    // The largest pixel of a white picture is the first one, of a black one the third.
    expect(JSON.parse(right.stdout)).toMatchObject({
      accuracy: 1,
      perClass: { white: { recall: 1 }, red: { recall: null }, black: { recall: 1 }, blue: { recall: null } },
    })
    const other = await gentle(['eval', model, '--data', await pictures({ White: 200, black: 0 })])
    expect(other).toMatchObject({ code: 2, stdout: '' })
    expect(other.stderr).toMatch(
      /^gentle: data set .* and .*model\.safetensors have different classes: only the former has White \(is it white, apart from case and spaces\?\); only the latter has white, red, blue; .*\n$/,
    )
  })

  it('takes names from a file, and says where there are none', async () => {
    const [model, data] = [await modelOf('0', '1', '2', '3'), await pictures({ a: 200, b: 0 })]
    const few = await gentle(['eval', model, '--data', data])
    expect(few.stderr).toMatch(/has 2 classes \(a, b\), but .* has 4 \(0, 1, 2, 3\), and the latter has no class names/)
    const labels = join(temporaryFolder(), 'labels.txt')
    writeFileSync(labels, 'a\nc\nd\nb\n')
    const named = await gentle(['eval', model, '--data', data, '--labels', labels, '--json'])
    expect(JSON.parse(named.stdout).perClass).toMatchObject({
      a: { recall: 1 },
      c: { recall: null },
      d: { recall: 0, support: 0 },
    })
    writeFileSync(labels, Buffer.from('Kätzchen\nc\nd\nb\n', 'latin1'))
    const { code, stderr } = await gentle(['eval', model, '--data', data, '--labels', labels])
    expect([code, stderr]).toEqual([2, `gentle: --labels ${labels} is not UTF-8 text; save it as UTF-8\n`])
    const four = await gentle(['eval', model, '--data', await pictures({ a: 200, b: 0, c: 0, d: 0 })])
    expect(four.stderr).toMatch(/are matched by order.*: 0 is a, 1 is b, 2 is c, \.\.\./)
    expect(four.stdout).toMatch(/^a +100\.00 % +100\.00 %/m)
  })
})

describe('gentle predict', () => {
  /** Three numbers through a product and what comes after it; the outputs beside them are those of onnxruntime 1.30. */
  const softmax =
    'CAgSBGNhc2U6lQEKFwoBeAoBdxIBehoGR2VtbV8xIgRHZW1tChoKAXoSAXkaCVNvZnRtYXhfMiIHU29mdG1heBIBZyovCAMIAxABQgF3SiQAAABAAAAAAAAAAAAAAAAAAACAPwAAAAAAAAAAAAAAAAAAgL9aFAoBeBIPCg0IARIJCgMSAU4KAggDYhQKAXkSDwoNCAESCQoDEgFOCgIIA0IECgAQDQ=='
  const sigmoid =
    'CAgSBGNhc2U6fQoXCgF4CgF3EgF6GgZHZW1tXzEiBEdlbW0KGgoBehIBeRoJU2lnbW9pZF8yIgdTaWdtb2lkEgFnKhcIAwgBEAFCAXdKDAAAgD8AAIC/AAAAP1oUCgF4Eg8KDQgBEgkKAxIBTgoCCANiFAoBeRIPCg0IARIJCgMSAU4KAggBQgQKABAN'
  const ask = (model: string, input: readonly number[], ...flags: string[]) => {
    const [file, tensor] = ['model.onnx', 'x.npy'].map((name) => join(temporaryFolder(), name))
    writeFileSync(file, Buffer.from(model, 'base64'))
    writeFileSync(tensor, writeNpy({ shape: [1, 3], dtype: 'float32', data: Float32Array.from(input) }))
    return gentle(['predict', file, '--input', tensor, ...flags])
  }

  it('tells the probabilities that a model by others gives, as they are', async () => {
    expect(await ask(softmax, [1, 1, 1])).toMatchObject({
      stdout: 'row 0  0 70.54 %  1 25.95 %  2 3.51 %\n',
      stderr: '',
    })
    expect(await ask(sigmoid, [1, 2, 1])).toMatchObject({ stdout: 'row 0  0 62.25 %  1 37.75 %\n', stderr: '' })
    const [{ predictions }] = JSON.parse((await ask(sigmoid, [2, 0, 1], '--json', '--top', '1')).stdout)
    expect(predictions).toEqual([{ label: '1', probability: expect.closeTo(0.9241418, 6) }])
  })
})
