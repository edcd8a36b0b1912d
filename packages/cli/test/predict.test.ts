import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadModel, type Model, predict } from 'gentle-dl'
import { readSafetensors, writeNpy, writeSafetensors } from 'gentle-dl/formats'
import { imagenetPreprocessing, plainPreprocessing, preprocessingFrom } from 'gentle-dl/vision'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import graphs from '../../gentle/test/goldens/onnx-graphs.json' with { type: 'json' }
import { readImage } from '../src/data/images.ts'
import { gentle, plainRecipe, smallIdxSet, temporaryFolder } from './command.ts'

const writeTensor = (file: string, shape: readonly number[], data: Float32Array): void =>
  writeFileSync(file, writeNpy({ shape, dtype: 'float32', data }))

const golden = (name: string): string => fileURLToPath(new URL(`goldens/${name}`, import.meta.url))

const folder = temporaryFolder()
const run = join(folder, 'run')
const weights = join(run, 'weights/best.safetensors')
const tensor = join(folder, 'x.npy')
const values = Float32Array.from({ length: 3 * 784 }, (_, i) => ((i * 37) % 100) / 100)
let model: Model

beforeAll(async () => {
  await gentle([
    'train',
    'lenet5',
    '--data',
    smallIdxSet(),
    '--epochs',
    '1',
    ...plainRecipe,
    '--run-dir',
    run,
    '--quiet',
  ])
  writeTensor(tensor, [3, 1, 28, 28], values)
  model = await loadModel(readFileSync(weights))
})

async function refuses(args: readonly string[], pattern: RegExp): Promise<void> {
  const { code, stderr } = await gentle(args)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(pattern)
  expect(code).toBe(2)
}

describe('gentle predict', () => {
  it("prints a tensor's logits, a row each, of a run, of its file, and of a network's name with weights", async () => {
    const expected = await predict(model, values)
    for (const place of [[run], [weights], ['lenet5', '--weights', weights]]) {
      const { stdout } = await gentle(['predict', ...place, '--input', tensor, '--logits', '--json'])
      const rows: { logits: number[] }[] = JSON.parse(stdout)
      expect(rows).toHaveLength(3)
      expect(rows.flatMap(({ logits }) => logits)).toEqual([...expected.data])
    }
  })

  it('tells the most probable classes by the names of a file', async () => {
    const labels = join(folder, 'labels.txt')
    writeFileSync(labels, 'left\nright\n')
    const { stdout } = await gentle(['predict', run, '--input', tensor, '--labels', labels, '--json'])
    const [{ predictions }] = JSON.parse(stdout)
    expect(predictions.map(({ label }: { label: string }) => label).sort()).toEqual(['left', 'right'])
    expect(predictions[0].probability + predictions[1].probability).toBeCloseTo(1, 5)
    expect(predictions[0].probability).toBeGreaterThan(0.5)
  })

  it('takes weights that say nothing of their network, and asks how pictures are prepared', async () => {
    const bare = join(folder, 'bare.safetensors')
    writeFileSync(bare, writeSafetensors(readSafetensors(readFileSync(weights)).tensors))
    const { stdout } = await gentle(['predict', 'lenet5', '--weights', bare, '--input', tensor, '--logits', '--json'])
    expect(JSON.parse(stdout)[0].logits).toHaveLength(2)
    await refuses(['predict', bare, '--input', tensor], /has weights of lenet5 but no network/)
  })

  it("takes PyTorch's weights and networks, and NumPy's tensors, and gives PyTorch's logits", async () => {
    const expected: number[][] = JSON.parse(readFileSync(golden('perceptron.json'), 'utf8')).logits
    const [weightsAlone, network] = [golden('perceptron.pth'), golden('perceptron.onnx')]
    for (const place of [['perceptron', '--weights', weightsAlone], ['perceptron', '--weights', network], [network]]) {
      const input = golden('perceptron-input.npy')
      const { stdout } = await gentle(['predict', ...place, '--input', input, '--logits', '--json'])
      const rows: { logits: number[] }[] = JSON.parse(stdout)
      expect(rows).toHaveLength(2)
      for (const [i, { logits }] of rows.entries())
        for (const [j, logit] of logits.entries()) expect(logit).toBeCloseTo(expected[i][j], 5)
    }
  })

  it('refuses what does not go together, in one line', async () => {
    const large = join(folder, 'large.npy')
    writeTensor(large, [1, 1, 32, 32], new Float32Array(1024))
    const few = join(folder, 'few.txt')
    writeFileSync(few, 'one\n')
    await Promise.all([
      refuses(['predict', run, '--input', large], /large\.npy is \[1, 1, 32, 32\], but .* takes \[N, 1, 28, 28\]/),
      refuses(['predict', run, 'x.png', '--input', tensor], /pictures, a tensor .* give one of these/),
      refuses(['predict', weights], /does not name its data, as a run folder does/),
      refuses(['predict', run, '--input', join(folder, 'none.npy')], /no such file/),
      refuses(['predict', 'lenet5', '--input', tensor], /lenet5 is a network without weights; .*--weights/),
      refuses(['predict', 'lenet', '--input', tensor], /did you mean lenet5/),
      refuses(['predict', 'mlp', '--weights', weights, '--input', tensor], /does not fit mlp: it has no 1\./),
      refuses(['predict', run, '--input', tensor, '--labels', few], /has 1 names, but the model has 2 classes/),
      refuses(['predict', run, 'x.png', '--normalize', 'imagnet'], /did you mean imagenet/),
      refuses(['predict', run, 'x.png', '--normalize', 'imagenet'], /3 channels, but the network takes 1/),
    ])
  })
})

describe('what is done to a picture', () => {
  it('is stored with the weights of a run', () => {
    const { metadata } = readSafetensors(readFileSync(weights))
    expect(preprocessingFrom(metadata, weights)).toEqual(plainPreprocessing([1, 28, 28]))
    expect(() => preprocessingFrom({ 'gentle.preprocessing': '{"height": 0}' }, 'x')).toThrow(/is broken/)
  })

  it("is torchvision's: the middle of the scaled picture, each channel with its mean and deviation", async () => {
    const file = join(folder, 'halves.png')
    const right = await sharp({ create: { width: 256, height: 256, channels: 3, background: { r: 0, g: 0, b: 255 } } })
      .png()
      .toBuffer()
    await sharp({ create: { width: 512, height: 256, channels: 3, background: { r: 255, g: 0, b: 0 } } })
      .composite([{ input: right, left: 256, top: 0 }])
      .png()
      .toFile(file)
    const pixels = await readImage(file, imagenetPreprocessing([3, 224, 224]), false)
    const at = (channel: number, row: number, column: number): number => pixels[(channel * 224 + row) * 224 + column]
    expect(pixels).toHaveLength(3 * 224 * 224)
    expect(at(0, 100, 100)).toBeCloseTo((1 - 0.485) / 0.229, 4)
    expect(at(2, 100, 100)).toBeCloseTo(-0.406 / 0.225, 4)
    expect(at(0, 100, 124)).toBeCloseTo(-0.485 / 0.229, 4)
    expect(at(2, 100, 124)).toBeCloseTo((1 - 0.406) / 0.225, 4)
  })
})

describe('an ONNX file with open sizes', () => {
  it('is given them by --size, once for each', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'classifier.onnx')
    writeFileSync(file, Buffer.from(graphs.classifier, 'base64'))
    const open = await gentle(['summary', file, '--json'])
    expect(open.code).toBe(2)
    expect(open.stderr).toContain("axis 2 of its input 'image' is dynamic; give its size in freeDimensions, as height")
    const given = await gentle(['summary', file, '--size', 'height=4', '--size', 'width=6', '--json'])
    expect(JSON.parse(given.stdout).inputShape).toEqual([2, 4, 6])
    const wrong = await gentle(['summary', file, '--size', 'height'])
    expect(wrong.stderr).toBe(
      "gentle: --size is 'height'; expected the name of a dynamic dimension and its size, such as height=48\n",
    )
    const named = await gentle(['summary', 'lenet5', '--size', 'height=4'])
    expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('--size is for ONNX files') })
  })
})
