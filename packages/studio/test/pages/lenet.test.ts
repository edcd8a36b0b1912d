import { gzipSync } from 'node:zlib'
import { Random, wasm } from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { drawnDigit } from '../../src/engine/drawn-digit.ts'
import { MnistFiles, shardSize } from '../../src/engine/mnist.ts'
import { tiled } from '../../src/engine/pixels.ts'
import { shifted } from '../../src/engine/shifted.ts'
import { exerciseAnswer } from '../../src/pages/lenet/exercise.ts'
import { noProgress, Training, untrained } from '../../src/pages/lenet/training.ts'

/** Bright squares, one place a class. */
function squares(length: number) {
  const random = new Random(1, 'squares')
  const targets = Int32Array.from({ length }, () => random.integer(10))
  const inputs = new Float32Array(length * 784)
  for (const [i, target] of targets.entries())
    for (let at = 0; at < 25; at++)
      inputs[i * 784 + (4 + 12 * (target % 2) + Math.floor(at / 5)) * 28 + 5 * Math.floor(target / 2) + (at % 5)] = 1
  return inMemory({ inputs, inputShape: [1, 28, 28], targets, classes: [...'0123456789'] })
}

describe('the training of both networks', () => {
  it('goes back to the end of an epoch, and on from there with the same bits', async () => {
    const backend = await wasm({ threads: 1 })
    try {
      const settings = { seed: 1, rate: 0.05, batchSize: 20, digits: 60 }
      const data = { train: squares(60), validation: squares(20) }
      const training = await Training.begin(await untrained(1, backend), data, settings)
      expect(training.steps).toBe(3)
      for (let i = 0; i < 7; i++) await training.step()
      const { epochs, step, learned } = training.progress
      expect([epochs, step]).toEqual([2, 1])
      const [losses, accuracies] = [[...learned.lenet.losses], [...learned.mlp.accuracies]]
      expect(losses).toHaveLength(7)
      expect(accuracies).toHaveLength(3)
      await training.goBack(1)
      expect(training.progress).toMatchObject({ epochs: 1, step: 0 })
      expect(training.progress.learned.lenet.losses).toEqual(losses.slice(0, 3))
      for (let i = 0; i < 4; i++) await training.step()
      expect(training.progress.learned.lenet.losses).toEqual(losses)
      expect(training.progress.learned.mlp.accuracies).toEqual(accuracies)
    } finally {
      await backend.close()
    }
  })
})

describe('what is drawn', () => {
  const middle = (picture: Float32Array): number[] => {
    const ink = picture.reduce((sum, value) => sum + value, 0)
    const mean = (place: (at: number) => number): number =>
      picture.reduce((sum, value, at) => sum + value * (place(at) + 0.5), 0) / ink
    return [mean((at) => at % 28), mean((at) => Math.floor(at / 28))]
  }

  it.each([
    [
      'a stroke in a corner',
      [
        [2, 3, 1],
        [10, 25, 0],
      ],
    ],
    [
      'an L',
      [
        [20, 10, 1],
        [20, 90, 0],
        [60, 90, 0],
      ],
    ],
    ['a dot at the edge', [[100, 100, 1]]],
  ])('has the middle of its ink in the middle, as MNIST: %s', (_, strokes) => {
    const picture = drawnDigit(strokes)
    for (const place of middle(picture)) expect(Math.abs(place - 14)).toBeLessThanOrEqual(0.5)
    expect(Math.max(...picture)).toBeGreaterThan(0.9)
    expect(Math.max(...picture)).toBeLessThanOrEqual(1)
  })

  it('is 20 pixels high or wide, and keeps its shape', () => {
    const rowsOf = (picture: Float32Array): number =>
      Array.from({ length: 28 }, (_, row) =>
        picture.subarray(row * 28, row * 28 + 28).some((value) => value > 0),
      ).filter(Boolean).length
    expect(
      rowsOf(
        drawnDigit([
          [50, 5, 1],
          [50, 95, 0],
        ]),
      ),
    ).toBe(20)
    expect(
      rowsOf(
        drawnDigit([
          [5, 50, 1],
          [95, 50, 0],
        ]),
      ),
    ).toBe(2)
  })

  it('does not join strokes', () => {
    const ink = (strokes: readonly (readonly number[])[]): number => drawnDigit(strokes).reduce((a, b) => a + b, 0)
    const [top, bottom] = [
      [10, 10],
      [90, 90],
    ]
    expect(
      ink([
        [...top, 1],
        [...bottom, 1],
      ]),
    ).toBeLessThan(
      0.3 *
        ink([
          [...top, 1],
          [...bottom, 0],
        ]),
    )
  })
})

it('a shift moves each picture, and what goes over the edge is gone', () => {
  const pictures = new Float32Array(2 * 784)
  pictures[0] = 1
  pictures[784 + 27 * 28 + 27] = 2
  const moved = shifted(pictures, 3, -2)
  expect(moved.some((value) => value !== 0)).toBe(false)
  const back = shifted(pictures, 3, 2)
  expect([back[2 * 28 + 3], back.filter((value) => value !== 0).length]).toEqual([1, 1])
})

it('pictures stand in rows, with nothing between them', () => {
  const grey = (value: number) => ({ channels: 1, height: 1, width: 1, data: Float32Array.of(value) })
  const { width, height, rgba } = tiled([grey(1), grey(0.2), grey(0)], { columns: 2, scale: 2 })
  expect([width, height]).toEqual([10, 10])
  const at = (x: number, y: number): number[] => [...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)]
  expect([at(1, 1), at(8, 0), at(0, 9), at(4, 0), at(9, 9)]).toEqual([
    [255, 255, 255, 255],
    [51, 51, 51, 255],
    [0, 0, 0, 255],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ])
})

describe('the files of digits', () => {
  afterEach(() => vi.unstubAllGlobals())

  /** A server of files, by their names; counts what is asked of it. */
  function serve(files: Record<string, Uint8Array<ArrayBuffer>>): string[] {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url)
      const found = files[url.slice('base/'.length)]
      return found === undefined ? new Response('', { status: 404 }) : new Response(found)
    })
    return asked
  }

  const shard = (label: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(shardSize * 785)
    bytes.fill(label, 0, shardSize)
    bytes.fill(51, shardSize)
    return Uint8Array.from(gzipSync(bytes, { level: 1 }))
  }

  it('are fetched as they are needed, each once', async () => {
    const asked = serve({ 'train-00.gz': shard(3), 'train-01.gz': shard(4), 'train-02.gz': shard(5) })
    const files = new MnistFiles('base/')
    const some = await files.digits('train', 10)
    expect([some.length, some.labels?.[9]]).toEqual([10, 3])
    const steps: string[] = []
    const more = await files.digits('train', shardSize + 1, (loaded, all) => steps.push(`${loaded}/${all}`))
    expect(asked).toEqual(['base/train-00.gz', 'base/train-01.gz'])
    expect(steps).toEqual(['0/2', '1/2', '2/2'])
    const [x, y] = [new Float32Array(784), new Int32Array(1)]
    await more.read([shardSize], x, y)
    expect([y[0], x[783]]).toEqual([4, Math.fround(0.2)])
  })

  it('are named where they do not come or are broken, and asked for again', async () => {
    serve({ 'train-00.gz': shard(1).subarray(0, 500) as Uint8Array<ArrayBuffer> })
    const files = new MnistFiles('base/')
    await expect(files.digits('train', 1)).rejects.toThrow('mnist/train-00.gz is broken or cut off')
    await expect(files.digits('test', 1)).rejects.toThrow('mnist/test-00.gz did not come: the server answers 404')
    serve({ 'train-00.gz': shard(1) })
    expect((await files.digits('train', 1)).length).toBe(1)
  })
})

describe('the exercise', () => {
  const learned = (accuracies: number[]) => ({
    ...noProgress,
    learned: { ...noProgress.learned, lenet: { ...noProgress.learned.lenet, accuracies } },
  })
  const says = (digit: number): number[] => Array.from({ length: 10 }, (_, i) => (i === digit ? 0.9 : 0.01))
  const seen = (lenet: number, mlp: number, label?: number) => ({
    probabilities: { lenet: says(lenet), mlp: says(mlp) },
    label,
  })

  it.each([
    [[0.1, 0.97], seen(7, 3, 7), [2, 0], 'LeNet-5 has reached 97.0 %'],
    [[0.1, 0.981, 0.979], seen(7, 3, 7), [2, 0], 'fell below it again'],
    [[0.1, 0.981], seen(7, 3), [2, 0], 'Choose a test digit'],
    [[0.1, 0.981], seen(7, 3, 7), [0, 0], 'Now shift'],
    [[0.1, 0.981], seen(1, 3, 7), [2, 0], 'mistakes the 7 for a 1'],
    [[0.1, 0.981], seen(7, 7, 7), [2, 0], 'Both are right'],
  ] as const)('is not solved by %j, %j, %j', (accuracies, insight, shift, remark) => {
    const answer = exerciseAnswer(learned([...accuracies]), insight, shift)
    expect([answer.right, answer.remark]).toEqual([false, expect.stringContaining(remark)])
  })

  it('is solved where the MLP is wrong and LeNet-5 is right', () => {
    expect(exerciseAnswer(learned([0.1, 0.98]), seen(7, 3, 7), [-1, 0])).toEqual({
      right: true,
      remark: 'The MLP mistakes the 7 for a 3; to LeNet-5 it is a 7 still.',
    })
  })
})
