import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { confusion, createModel, loadModel, predict, Random, readWeights, saveModel, wasm } from 'gentle-dl'
import { inMemory, randomSplit, resized } from 'gentle-dl/data'
import { readSafetensors, writeSafetensors } from 'gentle-dl/formats'
import { networks, trunk as trunkLayers } from 'gentle-dl/models'
import { loadOnnx } from 'gentle-dl/onnx'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { empty, labelledOf, withPictures } from '../../src/pages/pictures/collection.ts'
import { confusionOf, only } from '../../src/pages/pictures/judged.ts'
import { modelFile, program, useProgram } from '../../src/pages/pictures/program.ts'
import type { Progress } from '../../src/pages/pictures/progress.ts'
import { keptBytes, Session } from '../../src/pages/pictures/session.ts'
import { keptSide, type Settings } from '../../src/pages/pictures/settings.ts'
import { readTrunk } from '../../src/pages/pictures/trunk.ts'
import { printed } from './run-program.ts'

const settings: Settings = { start: 'nothing', side: 32, epochs: 3, heldOut: 25, augment: true, seed: 3 }

/** Pictures of one of two colours, with noise. */
function coloured(class_: 0 | 1, seed: number): Uint8Array {
  const random = new Random(seed, 'pictures')
  const plane = keptSide * keptSide
  return Uint8Array.from({ length: keptBytes }, (_, i) =>
    Math.floor((Math.floor(i / plane) === 2 * class_ ? 150 : 40) + 60 * random.uniform()),
  )
}

/** A session with 8 pictures of each of two classes. */
async function filled() {
  let last: Progress | undefined
  const session = new Session(
    (progress) => {
      last = progress
    },
    { threads: 1 },
  )
  const pictures = Array.from({ length: 16 }, (_, i) => ({
    id: session.add(coloured((i % 2) as 0 | 1, i)),
    label: i % 2 === 0 ? 'red' : 'blue',
  }))
  return { session, labelled: labelledOf(withPictures(empty, pictures)), progress: () => last! }
}

const folder = mkdtempSync(join(tmpdir(), 'pictures-'))
afterAll(() => rmSync(folder, { recursive: true }))

const png = (pixels: Uint8Array): Promise<Buffer> => {
  const plane = keptSide * keptSide
  const interleaved = Uint8Array.from({ length: keptBytes }, (_, i) => pixels[(i % 3) * plane + Math.floor(i / 3)])
  return sharp(interleaved, { raw: { width: keptSide, height: keptSide, channels: 3 } })
    .png()
    .toBuffer()
}

describe('a training', () => {
  it('gives the numbers of the program that is shown, on the folder that the page saves', async () => {
    const { session, labelled, progress } = await filled()
    try {
      await session.train(labelled, settings, 200)
      const { losses, accuracies, heldOutLosses, heldOutAccuracies, epochs } = progress()
      expect(epochs).toBe(3)
      for (const [i, id] of labelled.ids.entries()) {
        const place = join(folder, 'pictures', labelled.classes[labelled.labels[i]])
        mkdirSync(place, { recursive: true })
        writeFileSync(join(place, `${String(i + 1).padStart(4, '0')}.png`), await png(session.pixels(id)))
      }
      const text = program(settings, labelled.ids.length, undefined).replace(
        "'pictures'",
        JSON.stringify(join(folder, 'pictures')),
      )
      const lines = (await printed(text)).trim().split('\n')
      expect(lines).toEqual(
        losses.map(
          (loss, i) =>
            `epoch ${i + 1} loss ${loss.toFixed(4)} right ${accuracies[i].toFixed(4)} held out ${heldOutLosses[i].toFixed(4)} ${heldOutAccuracies[i].toFixed(4)}`,
        ),
      )

      // On the features of what has learned, by the program for that.
      const { bytes, ...facts } = await session.keepTrunk()
      writeFileSync(join(folder, 'trunk.safetensors'), bytes)
      await session.train(labelled, { ...settings, start: 'trunk' }, 200)
      const onTrunk = progress()
      const second = program({ ...settings, start: 'trunk' }, labelled.ids.length, facts)
        .replace("'pictures'", JSON.stringify(join(folder, 'pictures')))
        .replace("'trunk.safetensors'", JSON.stringify(join(folder, 'trunk.safetensors')))
      expect((await printed(second)).trim().split('\n')).toEqual(
        onTrunk.losses.map(
          (loss, i) =>
            `epoch ${i + 1} loss ${loss.toFixed(4)} right ${onTrunk.accuracies[i].toFixed(4)} held out ${onTrunk.heldOutLosses[i].toFixed(4)} ${onTrunk.heldOutAccuracies[i].toFixed(4)}`,
        ),
      )
    } finally {
      await session.close()
    }
  })

  it('goes on where it was paused, begins anew with other pictures, and judges as the library does', async () => {
    const { session, labelled, progress } = await filled()
    try {
      await session.train(labelled, settings, 1)
      expect(progress().epochs).toBe(1)
      const [first] = progress().losses
      await session.train(labelled, settings, 3)
      expect([progress().epochs, progress().losses[0]]).toEqual([3, first])
      const judgement = await session.judge()
      expect(judgement.pictures.filter(({ isHeldOut }) => isHeldOut)).toHaveLength(4)

      const bytes = await session.safetensors()
      const backend = await wasm({ threads: 1 })
      const model = await loadModel(bytes, { backend })
      const inputs = new Uint8Array(labelled.ids.length * keptBytes)
      for (const [i, id] of labelled.ids.entries()) inputs.set(session.pixels(id), i * keptBytes)
      const all = resized(
        inMemory({
          inputs,
          inputShape: [3, keptSide, keptSide],
          targets: Int32Array.from(labelled.labels),
          classes: labelled.classes,
        }),
        { height: 32, width: 32 },
      )
      const { counts } = await confusion(model, all)
      expect(confusionOf(judgement).flat()).toEqual([...counts])
      const [, part] = randomSplit(all, 4, settings.seed)
      const heldOut = await confusion(model, part)
      expect(confusionOf(only(judgement, 'held out')).flat()).toEqual([...heldOut.counts])

      // The ONNX file gives the scores of the model, and a picture by itself what all together gave.
      const { probabilities } = await session.classify(session.pixels(labelled.ids[5]))
      expect(probabilities[labelled.labels[5]]).toBeCloseTo(judgement.pictures[5].likelihood, 5)
      const one = new Float32Array(3 * 32 * 32)
      await all.read([5], one, new Int32Array(1))
      const onnx = await (await loadOnnx(await session.onnx(), { backend })).asModel()
      const scores = (await predict(onnx, one)).data
      const expected = (await predict(model, one)).data
      for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i], 4)
      await backend.close()

      const { ids, labels, classes } = labelled
      await session.train({ ids: ids.slice(1), labels: labels.slice(1), classes }, settings, 1)
      expect(progress().epochs).toBe(1)
      await session.restart()
      await expect(session.classify(session.pixels(ids[0]))).rejects.toThrow('There is no classifier yet')
      await expect(session.train(labelled, { ...settings, start: 'trunk' }, 1)).rejects.toThrow('There is no trunk yet')
    } finally {
      await session.close()
    }
  })

  it('gives a file that the program beside it uses', async () => {
    const { session, labelled } = await filled()
    try {
      await session.train(labelled, settings, 3)
      const pixels = session.pixels(labelled.ids[0])
      const { probabilities } = await session.classify(pixels)
      writeFileSync(join(folder, modelFile), await session.safetensors())
      writeFileSync(join(folder, 'one.png'), await png(pixels))
      const text = useProgram
        .replace(`'${modelFile}'`, JSON.stringify(join(folder, modelFile)))
        .replace('process.argv.slice(2)', JSON.stringify([join(folder, 'one.png')]))
      const best = probabilities.indexOf(Math.max(...probabilities))
      const said = (await printed(text)).trim()
      expect(said).toContain(`one.png: ${labelled.classes[best]}, `)
      expect(Number(/([\d.]+) %$/.exec(said)![1])).toBeCloseTo(100 * probabilities[best], 0)
    } finally {
      await session.close()
    }
  })
})

describe('a trunk', () => {
  it('is found in weights of a network of the library, by their names and shapes', async () => {
    const backend = await wasm({ threads: 1 })
    try {
      const model = await createModel(networks.resnet20.build({ classes: 10 }), [3, 32, 32], { backend })
      const { tensors } = readSafetensors(await saveModel(model))
      const found = await readTrunk(writeSafetensors(tensors), 'weights.safetensors', backend)
      expect([found.network, found.side]).toEqual(['resnet20', keptSide])
      const values = await readWeights(model)
      expect(found.values.get('layer3.2.conv2.weight')).toEqual(values.get('layer3.2.conv2.weight'))
      expect(found.layer.layers!.map(([name]) => name)).toEqual(trunkLayers(model.layer).layers!.map(([name]) => name))
    } finally {
      await backend.close()
    }
  })

  it.each([
    ['net.onnx', new Uint8Array(20), 'is not of layers that can be taken apart'],
    ['broken.pth', Uint8Array.from('PK broken', (each) => each.charCodeAt(0)), 'broken.pth'],
    [
      'other.safetensors',
      writeSafetensors(new Map([['a', { shape: [2], dtype: 'float32' as const, data: Float32Array.of(1, 2) }]])),
      'holds the weights of no network of the library',
    ],
  ])('is refused by name: %s', async (name, bytes, message) => {
    const backend = await wasm({ threads: 1 })
    try {
      await expect(readTrunk(bytes, name, backend)).rejects.toThrow(message)
    } finally {
      await backend.close()
    }
  })

  it('is another one where another file of the same name is opened', async () => {
    const { session, labelled, progress } = await filled()
    const trainedBy = async (seed: number): Promise<Uint8Array> => {
      await session.train(labelled, { ...settings, seed }, 1)
      return session.safetensors()
    }
    const lossOn = async (bytes: Uint8Array): Promise<number> => {
      await session.openTrunk(bytes, 'own.safetensors')
      await session.train(labelled, { ...settings, start: 'trunk' }, 1)
      return progress().losses[0]
    }
    try {
      const [first, second] = [await trainedBy(1), await trainedBy(2)]
      const loss = await lossOn(first)
      expect(await lossOn(second)).not.toBe(loss)
      expect(await lossOn(first)).toBe(loss)
    } finally {
      await session.close()
    }
  })

  it('is refused where the network takes grey pictures', async () => {
    const backend = await wasm({ threads: 1 })
    try {
      const bytes = await saveModel(await createModel(networks.lenet5.build({}), [1, 28, 28], { backend }))
      await expect(readTrunk(bytes, 'digits.safetensors', backend)).rejects.toThrow(
        "'digits.safetensors' takes inputs of shape [1, 28, 28]; expected a network for square pictures in colour",
      )
    } finally {
      await backend.close()
    }
  })
})
