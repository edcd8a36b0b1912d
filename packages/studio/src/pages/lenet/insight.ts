/** What two networks make of a picture, and what is inside of one. */
import type { Dataset } from 'gentle-dl/data'
import { featureMaps, gradCam, heatOver, type Image, image, signed, spatialLayers } from 'gentle-dl/vision'
import { type Pixels, pixelsOf, tiled } from '../../engine/pixels.ts'
import { shifted } from '../../engine/shifted.ts'
import { likeliest } from './likeliest.ts'
import type { LookPrograms } from './look-programs.ts'
import type { NetworkName, OfEach } from './training.ts'

export interface Picture {
  /** 28 x 28 in [0, 1]. */
  readonly pixels: Float32Array
  /** Of a test digit; what is drawn has none. */
  readonly label: number | undefined
}

/** A picture of something inside a network, and what it is. */
export interface Shown {
  readonly title: string
  readonly pixels: Pixels
}

export interface Insight {
  /** As the networks see it. */
  readonly seen: Pixels
  readonly label: number | undefined
  /** Of each digit. */
  readonly probabilities: OfEach<readonly number[]>
  /** Where LeNet-5 sees the digit that it says. */
  readonly cam: Pixels
  /** Test digits, shifted as the picture is, that each network gets right, of how many. */
  readonly right: OfEach<number>
  readonly judged: number
  /** Of the network that is looked into: the weights of its first layer, and what each layer makes of the picture. */
  readonly filters: Shown
  readonly layers: readonly Shown[]
}

export interface InsightOptions {
  /** Test digits to be shifted as the picture is. */
  readonly digits: Dataset
  readonly right: number
  readonly down: number
  readonly network: NetworkName
}

/** How many of the digits a network gets right when all are shifted. */
async function countCorrect(
  programs: LookPrograms,
  name: NetworkName,
  pictures: Float32Array,
  labels: ArrayLike<number>,
): Promise<number> {
  const all = await programs.scores(name, pictures, labels.length)
  let right = 0
  for (let i = 0; i < labels.length; i++) {
    const scores = Array.from(all.subarray(i * 10, (i + 1) * 10))
    if (likeliest(scores) === labels[i]) right++
  }
  return right
}

async function allPictures(digits: Dataset): Promise<Float32Array> {
  const pictures = new Float32Array(digits.length * 28 * 28)
  await digits.read(
    Uint32Array.from({ length: digits.length }, (_, i) => i),
    pictures,
    new Int32Array(digits.length),
  )
  return pictures
}

/** Squares that a map or filter is drawn in. */
const cell = 56

/** Maps beside each other, of one scale of colours. */
function maps(pictures: readonly Image[], side: number, columns: number, title: string): Shown {
  const limit = Math.max(...pictures.map(({ data }) => data.reduce((a, b) => Math.max(a, Math.abs(b)), 0)))
  const [{ width }] = pictures
  const coloured = pictures.map((each) => signed(each, limit))
  return { title, pixels: tiled(coloured, { columns, scale: Math.max(1, Math.floor(side / width)) }) }
}

const channelsOf = ({ channels, height, width, data }: Image): Image[] =>
  Array.from({ length: channels }, (_, c) =>
    image(1, height, width, data.slice(c * height * width, (c + 1) * height * width)),
  )

/** Numbers of a dense layer, a bar each. */
const neurons = (values: Float32Array, title: string): Shown =>
  maps([image(1, 2, values.length, Float32Array.of(...values, ...values))], 6 * values.length, 1, title)

const stages: Readonly<Record<string, string>> = {
  '0': 'Convolution 1',
  '1': 'Their tanh',
  '2': 'Pooling 1',
  '3': 'Convolution 2',
  '4': 'Their tanh',
  '5': 'Pooling 2',
}

async function insideLenet(programs: LookPrograms, picture: Float32Array) {
  const model = programs.models.lenet
  const weights = await model.backend.read(model.parameters.get('0.weight')!)
  const layers = (await featureMaps(model, picture, spatialLayers(model))).map(({ layer, maps: found }) => {
    const { channels, height, width } = found
    const side = channels > 6 ? 40 : cell
    return maps(channelsOf(found), side, channels, `${stages[layer]}: ${channels} maps of ${height} × ${width}`)
  })
  return {
    filters: maps(channelsOf(image(6, 5, 5, weights)), cell, 6, 'Learned filters of convolution 1: 6 of 5 × 5'),
    layers: [
      ...layers,
      neurons(await programs.after('lenet', 8, picture), 'Convolution 3, which covers all: 120 numbers'),
      neurons(await programs.after('lenet', 11, picture), 'Dense layer: 84 numbers'),
    ],
  }
}

async function insideMlp(programs: LookPrograms, picture: Float32Array) {
  const model = programs.models.mlp
  const weights = await model.backend.read(model.parameters.get('1.weight')!)
  const hidden = await programs.after('mlp', 3, picture)
  return {
    filters: maps(
      perNeuron(weights),
      28,
      16,
      'Learned weights of the hidden layer: 128 neurons, a weight for each pixel',
    ),
    layers: [neurons(hidden, 'Hidden layer: 128 numbers')],
  }
}

/** The weights of a layer [pixels, neurons] or [neurons, pixels], a picture a neuron. */
const perNeuron = (weights: Float32Array): Image[] =>
  Array.from({ length: weights.length / 784 }, (_, neuron) =>
    image(1, 28, 28, weights.slice(neuron * 784, (neuron + 1) * 784)),
  )

export async function insight(
  programs: LookPrograms,
  { pixels, label }: Picture,
  { digits, right, down, network }: InsightOptions,
): Promise<Insight> {
  const { lenet } = programs.models
  const probabilities = {
    lenet: await programs.probabilities('lenet', pixels),
    mlp: await programs.probabilities('mlp', pixels),
  }
  const seen = image(1, 28, 28, pixels)
  const moved = shifted(await allPictures(digits), right, down)
  const inside = network === 'lenet' ? insideLenet : insideMlp
  return {
    seen: pixelsOf(seen),
    label,
    probabilities,
    cam: pixelsOf(heatOver(await gradCam(lenet, pixels, likeliest(probabilities.lenet)), seen)),
    right: {
      lenet: await countCorrect(programs, 'lenet', moved, digits.labels!),
      mlp: await countCorrect(programs, 'mlp', moved, digits.labels!),
    },
    judged: digits.length,
    ...(await inside(programs, pixels)),
  }
}
