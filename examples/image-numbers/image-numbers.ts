/**
 * What a picture is for a network: bytes, channels, and numbers near 0. Read it from top to bottom; run, it shows the numbers of a digit
 * and measures what a network learns from bytes, from numbers between 0 and 1, and from standardised ones.
 */
import { DivergedTraining, type Evaluation, evaluate, fit, sgd, sizeOf } from 'gentle-dl'
import { type Dataset, mnist, subset } from 'gentle-dl/data'
import { mlp } from 'gentle-dl/models'

// ------------------------------------------------------------------------------------------------------------------ layout

/**
 * Files and screens keep a pixel's red, green and blue side by side: [height, width, channels]. Networks take one map after the other:
 * [channels, height, width], so that a filter slides over neighbours in memory.
 */
export function channelsFirst(bytes: Uint8Array, channels: number): Uint8Array {
  const pixels = bytes.length / channels
  return bytes.map((_, i) => bytes[(i % pixels) * channels + Math.floor(i / pixels)])
}

// ----------------------------------------------------------------------------------------------------------- normalisation

/** Mean and standard deviation of each channel, over all pixels of all pictures. */
export interface Statistics {
  readonly means: number[]
  readonly stds: number[]
}

/** Of a training set: the other sets are normalised by the same numbers, for the network has to see them as it saw the first. */
export async function statistics(data: Dataset): Promise<Statistics> {
  const [channels] = data.inputShape
  const size = sizeOf(data.inputShape)
  const pixels = size / channels
  const [sums, squares] = [new Array<number>(channels).fill(0), new Array<number>(channels).fill(0)]
  const picture = new Float32Array(size)
  for (let n = 0; n < data.length; n++) {
    await data.read([n], picture, new Int32Array(1))
    for (let i = 0; i < size; i++) {
      const channel = Math.floor(i / pixels)
      sums[channel] += picture[i]
      squares[channel] += picture[i] ** 2
    }
  }
  const means = sums.map((sum) => sum / (data.length * pixels))
  const stds = squares.map((sum, c) => Math.sqrt(sum / (data.length * pixels) - means[c] ** 2))
  return { means, stds }
}

/** The same pictures, every value of channel c as (x - means[c]) / deviations[c]. */
export function standardised(data: Dataset, { means, stds }: Statistics): Dataset {
  const pixels = sizeOf(data.inputShape) / means.length
  return {
    ...data,
    async read(examples, inputs, targets, pass) {
      await data.read(examples, inputs, targets, pass)
      for (let i = 0; i < examples.length * means.length * pixels; i++) {
        const channel = Math.floor(i / pixels) % means.length
        inputs[i] = (inputs[i] - means[channel]) / stds[channel]
      }
    },
  }
}

/** Pictures of 0 to 1 as bytes again: a mean of 0 and a deviation of 1/255 are taken off. */
export const asBytes = (data: Dataset): Dataset => {
  const channels = data.inputShape[0]
  return standardised(data, {
    means: new Array(channels).fill(0),
    stds: new Array(channels).fill(1 / 255),
  })
}

// ------------------------------------------------------------------------------------------------------------- measurement

/** What the same network, from the same first weights, has learned after one epoch at a rate; undefined where its numbers overflowed. */
export async function learned(
  train: Dataset,
  validation: Dataset,
  learningRate: number,
): Promise<Evaluation | undefined> {
  try {
    const network = mlp({ hidden: [64], classes: 10 })
    const { model } = await fit(network, train, { optimizer: sgd({ learningRate }), batchSize: 64, epochs: 1, seed: 1 })
    return await evaluate(model, validation)
  } catch (error) {
    if (error instanceof DivergedTraining) return undefined
    throw error
  }
}

if (import.meta.main) {
  const sets = await mnist()
  const first = (data: Dataset, count: number): Dataset =>
    subset(
      data,
      Uint32Array.from({ length: count }, (_, i) => i),
    )
  const [train, validation] = [first(sets.train, 12_800), first(sets.validation, 2_000)]

  const picture = new Float32Array(28 * 28)
  const label = new Int32Array(1)
  await train.read([0], picture, label)
  console.log(`A ${label[0]} is 28 x 28 bytes, 0 black and 255 white:\n`)
  for (let row = 0; row < 28; row++)
    console.log(
      [...picture.subarray(row * 28, (row + 1) * 28)].map((x) => `${Math.round(x * 255)}`.padStart(3)).join(' '),
    )

  const flag = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255)
  console.log('\nA red, a green, a blue and a white pixel, as files keep them:', flag.join(' '))
  console.log('and channels first, all red, all green, all blue:           ', channelsFirst(flag, 3).join(' '))

  const known = await statistics(train)
  const [mean, std] = [known.means[0].toFixed(4), known.stds[0].toFixed(4)]
  console.log(`\nMNIST has one channel, of mean ${mean} and standard deviation ${std} where 1 is white.`)

  const rates = [0.0001, 0.001, 0.01, 0.1, 1]
  console.log('\nValidation loss and accuracy after 200 steps of 64 digits, by learning rate:\n')
  console.log(`${''.padEnd(14)}${rates.map((rate) => String(rate).padStart(16)).join('')}`)
  const forms: [string, (data: Dataset) => Dataset][] = [
    ['0 to 255', asBytes],
    ['0 to 1', (data) => data],
    ['standardised', (data) => standardised(data, known)],
  ]
  for (const [name, form] of forms) {
    const cells: string[] = []
    for (const rate of rates) {
      const result = await learned(form(train), form(validation), rate)
      cells.push(
        result === undefined ? 'overflowed' : `${result.loss.toFixed(2)} ${(100 * result.accuracy!).toFixed(1)} %`,
      )
    }
    console.log(`${name.padEnd(14)}${cells.map((cell) => cell.padStart(16)).join('')}`)
  }
}
