/** One short training that Node, a page and a worker run alike. */
import { inMemory } from '../../src/data/index.ts'
import { fit, Random, readWeights, sgd, wasm } from '../../src/entries/index.ts'
import { lenet5 } from '../../src/entries/models.ts'

export interface Training {
  /** What the backend says of itself. */
  readonly backend: string
  readonly threads: number
  /** Mean loss of the epoch so far, after every step. */
  readonly losses: readonly number[]
  /** SHA-256 of all parameters after the last step. */
  readonly parameters: string
}

/** A blurred bar for each class, turned by its share of half a circle, in noise. The last batch of an epoch is not full. */
function bars() {
  const random = new Random(7, 'bars')
  const labels = Int32Array.from({ length: 700 }, () => random.integer(10))
  const inputs = Float32Array.from({ length: labels.length * 784 }, (_, i) => {
    const angle = (labels[Math.floor(i / 784)] * Math.PI) / 10
    const distance = ((i % 28) - 13.5) * Math.sin(angle) - ((Math.floor(i / 28) % 28) - 13.5) * Math.cos(angle)
    return 1 / (1 + distance * distance) + 0.25 * random.uniform()
  })
  return inMemory({ inputs, inputShape: [1, 28, 28], targets: labels })
}

/** Trains LeNet-5 for 22 steps. */
export async function trainLenet5({ threads }: { readonly threads: number }): Promise<Training> {
  // Browsers have no vectors of 256 bits.
  const backend = await wasm({ threads, wideVectors: false })
  try {
    const losses: number[] = []
    const { model } = await fit(lenet5(), bars(), {
      optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
      epochs: 2,
      seed: 1,
      backend,
      onStep: ({ loss }) => losses.push(loss),
    })
    const all = [...(await readWeights(model)).values()].flatMap((values) => [...values])
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Float32Array.from(all)))
    return { backend: backend.name, threads: backend.threads, losses, parameters: digest.toHex() }
  } finally {
    await backend.close()
  }
}
