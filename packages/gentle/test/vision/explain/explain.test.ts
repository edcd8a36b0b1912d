import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { ArgumentError } from '../../../src/core/errors.ts'
import { exportOnnx } from '../../../src/formats/onnx/index.ts'
import type { Tensor } from '../../../src/graph/tensor.ts'
import { resnet20 } from '../../../src/models/resnet-cifar.ts'
import { ReLU } from '../../../src/nn/layers/activation.ts'
import { Conv2d } from '../../../src/nn/layers/convolution.ts'
import { Linear } from '../../../src/nn/layers/linear.ts'
import { MaxPool2d } from '../../../src/nn/layers/pooling.ts'
import { Sequential } from '../../../src/nn/layers/sequential.ts'
import { Flatten } from '../../../src/nn/layers/shape.ts'
import { createModel } from '../../../src/nn/model.ts'
import type { Scope } from '../../../src/nn/scope.ts'
import { exp } from '../../../src/ops/elementwise.ts'
import { reshape } from '../../../src/ops/structure.ts'
import { openModel } from '../../../src/train/open-model.ts'
import { predict } from '../../../src/train/predict.ts'
import { featureMaps, spatialLayers } from '../../../src/vision/explain/feature-maps.ts'
import { gradCam } from '../../../src/vision/explain/grad-cam.ts'
import { occlusion } from '../../../src/vision/explain/occlusion.ts'
import { contrasted, heatOver, signed, signedColours } from '../../../src/vision/heat.ts'
import { image } from '../../../src/vision/image.ts'

const golden = JSON.parse(readFileSync(new URL('../../goldens/grad-cam.json', import.meta.url), 'utf8'))
const picture = Float32Array.from(golden.picture as number[])

const small = (backend = reference()) =>
  createModel(
    Sequential(Conv2d(4, 3, { padding: 1 }), ReLU(), MaxPool2d(2), Conv2d(6, 3), ReLU(), Flatten(), Linear(5)),
    [3, 8, 10],
    { backend, initialValues: (path) => Float32Array.from(golden.weights[path] as number[]) },
  )

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])))

describe('Grad-CAM', () => {
  test.each(golden.cams as { layer: string; label: number; cam: number[] }[])(
    "is PyTorch's, of layer $layer for class $label",
    async ({ layer, label, cam }) => {
      for (const backend of [reference(), await wasm({ threads: 1 })]) {
        const found = await gradCam(await small(backend), picture, label, layer)
        expect(furthest(found.data, cam)).toBeLessThan(1e-6)
      }
    },
  )

  test('takes the last maps that have places, unless a layer is named', async () => {
    const model = await small()
    expect(await gradCam(model, picture, 3)).toEqual(await gradCam(model, picture, 3, '4'))
    await expect(gradCam(model, picture, 5)).rejects.toThrow('there is no class 5; expected 0 to 4')
    await expect(gradCam(model, picture, 0, '6')).rejects.toThrow("no layer '6' gives maps; choose from 0, 1, 2, 3, 4")
    await expect(gradCam(model, picture.subarray(1), 0)).rejects.toThrow(ArgumentError)
  })

  test('of a residual network has the places of its last stage', async () => {
    const model = await createModel(resnet20(), [3, 32, 32], { backend: await wasm({ threads: 1 }) })
    const cam = await gradCam(model, new Float32Array(3072).fill(0.5), 2)
    expect([cam.channels, cam.height, cam.width]).toEqual([1, 8, 8])
  })

  test("of an ONNX file weighs the maps of its nodes, as PyTorch's layers'", async () => {
    const bytes = await exportOnnx(await small())
    const { model } = await openModel({ name: 'small.onnx', bytes }, { backend: reference() })
    const nodes = spatialLayers(model)
    expect(nodes).toHaveLength(5)
    for (const { layer, label, cam } of golden.cams as { layer: string; label: number; cam: number[] }[])
      expect(furthest((await gradCam(model, picture, label, nodes[Number(layer)])).data, cam)).toBeLessThan(1e-6)
    expect(await gradCam(model, picture, 3)).toEqual(await gradCam(model, picture, 3, nodes[4]))
    const [{ maps }] = await featureMaps(model, picture, [nodes[4]])
    expect(maps).toEqual((await featureMaps(await small(), picture, ['4']))[0].maps)
  })

  test('takes four axes of an ONNX file for maps only where a convolution made them', async () => {
    const tokens = {
      description: { type: 'tokens' },
      apply: (x: Tensor, scope: Scope) => {
        const square = exp(reshape(scope.apply('in', Linear(64), scope.apply('flat', Flatten(), x)), [-1, 1, 8, 8]))
        return scope.apply('out', Linear(5), scope.apply('flat', Flatten(), square))
      },
    }
    const bytes = await exportOnnx(await createModel(tokens, [3, 8, 10], { backend: reference() }))
    const { model } = await openModel({ name: 'tokens.onnx', bytes }, { backend: reference() })
    expect(spatialLayers(model)).toEqual([])
    await expect(gradCam(model, picture, 0)).rejects.toThrow('it needs a convolution')
  })

  test('of a network without maps is refused', async () => {
    const dense = await createModel(Sequential(Flatten(), Linear(5)), [3, 8, 10], { backend: reference() })
    await expect(gradCam(dense, picture, 0)).rejects.toThrow('it needs a convolution')
  })
})

describe('feature maps', () => {
  test("are the layers' outputs, the same on every backend", async () => {
    const layers = ['1', '4']
    const [plain, fast] = await Promise.all(
      [reference(), await wasm({ threads: 1 })].map(async (backend) =>
        featureMaps(await small(backend), picture, layers),
      ),
    )
    expect(plain.map(({ layer, type, maps }) => [layer, type, maps.channels, maps.height, maps.width])).toEqual([
      ['1', 'relu', 4, 8, 10],
      ['4', 'relu', 6, 2, 3],
    ])
    for (const [i, { maps }] of plain.entries()) expect(furthest(maps.data, fast[i].maps.data)).toBeLessThan(1e-6)
    // The last layer's weights on the last maps are the logits.
    const [weights, bias] = [golden.weights['6.weight'], golden.weights['6.bias']]
    const logits = (bias as number[]).map((b, k) =>
      plain[1].maps.data.reduce((sum, value, i) => sum + value * weights[k * 36 + i], b),
    )
    expect(furthest(logits, golden.logits)).toBeLessThan(1e-5)
  })

  test('are of layers that have places', async () => {
    const model = await small()
    expect(spatialLayers(model)).toEqual(['0', '1', '2', '3', '4'])
    await expect(featureMaps(model, picture, ['5'])).rejects.toThrow("no layer '5' gives maps")
  })
})

test('occlusion is what hiding each square by hand costs the class', async () => {
  const model = await small(await wasm({ threads: 1 }))
  const map = await occlusion(model, picture, 3, { patch: 3, stride: 2, fill: [0.1, 0.2, 0.3] })
  expect([map.height, map.width]).toEqual([4, 5])
  const probability = async (pixels: Float32Array) => (await predict(model, pixels, { probabilities: true })).data[3]
  const whole = await probability(picture)
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 5; column++) {
      const hidden = picture.slice()
      for (let c = 0; c < 3; c++)
        for (let i = 2 * row; i < 2 * row + 3; i++)
          for (let j = 2 * column; j < 2 * column + 3; j++)
            if (i < 8 && j < 10) hidden[(c * 8 + i) * 10 + j] = [0.1, 0.2, 0.3][c]
      expect(map.data[row * 5 + column]).toBeCloseTo(whole - (await probability(hidden)), 5)
    }
  await expect(occlusion(model, picture, 3, { patch: 0, stride: 1 })).rejects.toThrow('patch is 0')
  await expect(occlusion(model, picture, 3, { patch: 1, stride: 1, fill: [0] })).rejects.toThrow(
    '1 values for 3 channels',
  )
})

describe('numbers as colours', () => {
  test.each([0, 0.5, 1])(
    'heat leaves a picture of %f as it is where the map is 0, and is the redder the larger it is',
    (value) => {
      const picture = image(1, 4, 8, new Float32Array(32).fill(value))
      const over = heatOver(image(1, 1, 2, Float32Array.of(0, 3)), picture)
      expect([over.channels, over.height, over.width]).toEqual([3, 4, 8])
      const at = (x: number): number[] => [0, 32, 64].map((plane) => over.data[plane + x])
      expect(at(0)).toEqual([value, value, value])
      const redness = (x: number): number => at(x)[0] - at(x)[1]
      expect(redness(7)).toBeGreaterThan(redness(4))
      expect(redness(4)).toBeGreaterThan(0)
    },
  )

  test('signs are blue and red, 0 is white', () => {
    const colours = signed(image(1, 1, 3, Float32Array.of(-2, 0, 2)))
    expect([colours.data[1], colours.data[4], colours.data[7]]).toEqual([1, 1, 1])
    expect(colours.data[6]).toBeGreaterThan(colours.data[0])
    expect(colours.data[2]).toBeGreaterThan(colours.data[8])
    // Beside one of twice the size, half as strong.
    expect(signed(image(1, 1, 1, Float32Array.of(2)), 4).data[1]).toBeCloseTo(0.55, 5)
  })

  test('of colours, grey is 0, and several pictures have one scale', () => {
    const weights = image(3, 1, 1, Float32Array.of(-1, 0, 0.5))
    expect([...signedColours(weights).data]).toEqual([0, 0.5, 0.75])
    expect([...signedColours(weights, 2).data]).toEqual([0.25, 0.5, 0.625])
    expect([...signedColours(image(3, 1, 1)).data]).toEqual([0.5, 0.5, 0.5])
  })

  test('contrast takes the least to black and the largest to white, and even values to black', () => {
    expect([...contrasted(image(1, 1, 3, Float32Array.of(-1, 0, 1))).data]).toEqual([0, 0.5, 1])
    expect([...contrasted(image(1, 1, 2, Float32Array.of(5, 5))).data]).toEqual([0, 0])
  })
})
