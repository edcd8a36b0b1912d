/** Small trainings that touch whatever could make weights depend on the machine, and the digests of what they learn. */
import {
  adam,
  adamW,
  BatchNorm,
  Conv2d,
  cosineDecay,
  Dropout,
  ELU,
  exponentialDecay,
  Flatten,
  fit,
  GELU,
  LayerNorm,
  Linear,
  LSTM,
  MaxPool2d,
  polynomialDecay,
  Random,
  ReLU,
  readWeights,
  Sequential,
  Sigmoid,
  Standardize,
  sgd,
  Tanh,
  wasm,
} from 'gentle-dl'
import { augmented, featureMoments, inMemory, type Policy, shapes, spirals } from 'gentle-dl/data'
import { augmentSound, Spectrogram } from 'gentle-dl/speech'
import { cos, exp, hypot, log, log10, pow, sin, tan } from '../../packages/gentle/src/core/portable-math.ts'

/** Every kind of change to a picture that calls for more than the four operations and roots. */
const policy: Policy = [
  { type: 'rotate', degrees: 15 },
  { type: 'zoom', factor: [0.8, 1.2] },
  { type: 'stretch', aspect: [0.8, 1.25] },
  { type: 'shear', across: 10 },
  { type: 'perspective', distortion: 0.2 },
  { type: 'elastic', alpha: 4, sigma: 3 },
  { type: 'hue', shift: 0.1 },
  { type: 'saturation', factor: [0.5, 1.5] },
  { type: 'gamma', exponent: [0.7, 1.4] },
  { type: 'blur', sigma: [0.3, 1] },
  { type: 'noise', std: 0.05 },
  { type: 'erase', with: 'noise' },
  { type: 'mixUp', alpha: 0.4 },
]

/** Convolutions, batch norm, dropout and softmax over pictures that are drawn and augmented. */
function pictures() {
  const data = shapes({ examples: 100, size: 16, seed: 5 })
  const network = Sequential(
    Conv2d(6, 5, { padding: 2 }),
    BatchNorm(),
    ReLU(),
    MaxPool2d(2),
    Conv2d(8, 3),
    Sigmoid(),
    Flatten(),
    Dropout(0.3),
    Linear(data.classes!.length),
  )
  const optimizer = adam({ learningRate: cosineDecay(0.01, { warmup: 2 }), clipNorm: 1 })
  return { network, data: augmented(data, policy, { seed: 6 }), optimizer }
}

/** A recurrent network over spectrograms of chirps that are made faster, noisier and louder. */
function sounds() {
  const random = new Random(8, 'chirps')
  const spectrogram = new Spectrogram({ sampleRate: 4000, mel: { filters: 12 } })
  const samples = 1200
  const rows = spectrogram.frames(samples) * spectrogram.features
  const targets = Int32Array.from({ length: 40 }, (_, i) => i % 2)
  const inputs = new Float32Array(targets.length * rows)
  for (const [i, falls] of targets.entries()) {
    // A triangle wave, whose pitch rises or falls.
    let phase = random.uniform()
    const wave = Float32Array.from({ length: samples }, (_, n) => {
      phase += (200 + 0.4 * (falls ? samples - n : n)) / 4000
      return 4 * Math.abs((phase % 1) - 0.5) - 1
    })
    const changed = augmentSound(wave, 4000, { speed: [0.9, 1.1], gain: [-6, 6], noise: { ratio: [5, 20] } }, random)
    const padded = new Float32Array(samples)
    padded.set(changed.subarray(0, samples))
    inputs.set(spectrogram.of(padded), i * rows)
  }
  const inputShape = [spectrogram.frames(samples), spectrogram.features]
  const data = inMemory({ inputs, inputShape, targets, classes: ['rises', 'falls'] })
  const network = Sequential(LSTM(10, { outputs: 'last' }), LayerNorm(), Tanh(), Linear(2))
  const optimizer = adamW({ learningRate: exponentialDecay(0.02, { factor: 0.97 }), weightDecay: 0.01 })
  return { network, data, optimizer }
}

/** Points on spirals, standardized. */
async function points() {
  const data = spirals({ examples: 120, noise: 0.1, seed: 3 })
  const network = Sequential(
    Standardize((await featureMoments(data)).inputs),
    Linear(12),
    GELU(),
    Linear(12),
    ELU(),
    Linear(data.classes!.length),
  )
  const optimizer = sgd({ learningRate: polynomialDecay(0.1, { power: 0.9 }), momentum: 0.9 })
  return { network, data, optimizer }
}

const trainings = { pictures, sounds, points }

export type TrainingName = keyof typeof trainings

export const trainingNames = Object.keys(trainings) as TrainingName[]

const digestOf = async (values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', values)).toHex()

/** SHA-256 of all weights after three epochs, parameters and statistics, in their order. */
export async function digestOfWeights(
  name: TrainingName,
  options: { readonly strictNumerics: boolean; readonly threads: number },
): Promise<string> {
  // Vectors of 256 bits, which few machines have, add in another order.
  const backend = await wasm({ ...options, wideVectors: false })
  try {
    const { network, data, optimizer } = await trainings[name]()
    const { model } = await fit(network, data, { optimizer, epochs: 3, batchSize: 16, seed: 4, backend })
    return await digestOf(Float32Array.from([...(await readWeights(model)).values()].flatMap((values) => [...values])))
  } finally {
    await backend.close()
  }
}

/** SHA-256 of what the elementary functions give, of whose last bits few reach the weights of a small training. */
export function digestOfFunctions(): Promise<string> {
  const random = new Random(9, 'functions')
  const values = Float64Array.from({ length: 20_000 }, () => random.uniform())
  const results = [exp, log, log10, sin, cos, tan].flatMap((of) => [...values.map((x) => of(20 * x))])
  const pairs = [pow, hypot].flatMap((of) => [...values.map((x, i) => of(x, 5 * values[values.length - 1 - i]))])
  return digestOf(Float64Array.from([...results, ...pairs]))
}
