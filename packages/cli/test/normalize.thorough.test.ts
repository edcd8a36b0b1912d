import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createModel, Flatten, Linear, Sequential, saveModel } from 'gentle-dl'
import { writeImageFile } from 'gentle-dl/data'
import { image, imagenetPreprocessing } from 'gentle-dl/vision'
import { expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

const folder = temporaryFolder()

it('scores a model on pictures prepared as its weights say, as it is shown them by predict', async () => {
  const classes = ['a', 'b', 'c']
  const files: string[] = []
  for (const [c, name] of classes.entries())
    for (const part of ['train', 'test']) {
      mkdirSync(join(folder, 'set', part, name), { recursive: true })
      for (let k = 0; k < 4; k++) {
        const file = join(folder, 'set', part, name, `${k}.png`)
        const values = Float32Array.from({ length: 3 * 21 * 28 }, (_, i) => ((i * (7 * c + k + 3)) % 101) / 100)
        await writeImageFile(file, image(3, 21, 28, values))
        if (part === 'test') files.push(file)
      }
    }
  const model = await createModel(Sequential(Flatten(), Linear(3)), [3, 14, 14], { classes })
  const weights = join(folder, 'model.safetensors')
  writeFileSync(weights, await saveModel(model, { preprocessing: imagenetPreprocessing([3, 14, 14]) }))

  const predicted = async (...more: string[]) => {
    const { stdout } = await gentle(['predict', weights, ...files, '--json', ...more])
    const answers: { image: string; predictions: { label: string; probability: number }[] }[] = JSON.parse(stdout)
    const right = answers.map(({ image: file, predictions }) => predictions[0].label === file.split('/').at(-2))
    const losses = answers.map(({ image: file, predictions }) => {
      const own = predictions.find(({ label }) => label === file.split('/').at(-2))!
      return -Math.log(own.probability)
    })
    return {
      accuracy: right.filter(Boolean).length / right.length,
      loss: losses.reduce((sum, value) => sum + value, 0) / losses.length,
    }
  }
  const scored = async (...more: string[]) => {
    const { stdout, stderr } = await gentle(['eval', weights, '--data', join(folder, 'set'), '--json', ...more])
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }
  for (const more of [
    [],
    ['--normalize', 'none'],
    ['--views', '2', '--augment', '[{ "type": "flip", "probability": 1 }]'],
  ]) {
    const [evaluated, expected] = [await scored(...more), await predicted(...more)]
    expect(evaluated.accuracy).toBeCloseTo(expected.accuracy, 5)
    expect(evaluated.loss).toBeCloseTo(expected.loss, 4)
  }
  expect((await scored('--normalize', 'none')).loss).not.toBeCloseTo((await scored()).loss, 2)

  // Without a word on it in the weights somebody has to say it.
  writeFileSync(weights, await saveModel(model))
  for (const args of [
    ['eval', weights, '--data', join(folder, 'set')],
    ['explain', weights, files[0]],
  ]) {
    const { code, stderr } = await gentle(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(/do not say how pictures are normalized; give --normalize imagenet/)
  }
})
