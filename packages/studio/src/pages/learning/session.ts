/** What the page's worker holds: examples, the ways of the racers, losses along them and over the surface. */
import { type Backend, wasm } from 'gentle-dl'
import type { Pixels } from '../../engine/pixels.ts'
import { draw, pick } from './learners.ts'
import { bandsOf, levelsOf } from './levels.ts'
import { LossMeter } from './loss-meter.ts'
import { type Columns, type ProblemName, problems } from './problems.ts'
import { type Batch, race, type Way } from './race.ts'
import {
  expectedCount,
  expectedSurfaceCount,
  type Racer,
  type RacerName,
  type Settings,
  type SurfaceName,
  validationCount,
} from './settings.ts'

/** Places across and down at which a surface is computed. */
export const grid = 48

/** Points of a curve at most, less the first. */
const curvePoints = 100

export interface Losses {
  /** Steps done. */
  readonly step: number
  readonly train: number
  readonly validation: number
  readonly expected: number
}

export interface Run extends Omit<Way, 'batches'> {
  readonly name: RacerName
  /** Along the way, at steps that are evenly apart. */
  readonly losses: readonly Losses[]
}

export interface Race {
  readonly settings: Settings
  readonly train: Columns
  readonly runs: readonly Run[]
  /** Of each step, the same for all racers: as many as the one that went on for longest has taken. */
  readonly batches: readonly Batch[]
}

export interface SurfaceRequest {
  readonly problem: ProblemName
  readonly of: SurfaceName
  readonly examples: number
  readonly seed: number
  /** Of the training examples, where the surface is that of a batch. */
  readonly batch: readonly number[]
}

/** Steps from one point of the curves to the next. */
export const strideOf = (steps: number): number => Math.max(1, Math.floor(steps / curvePoints))

export class Session {
  readonly #backend: Promise<Backend>
  readonly #meter: Promise<LossMeter>
  readonly #drawn = new Map<string, Columns>()
  readonly #expectedSurfaces = new Map<ProblemName, Pixels>()
  /** The last run of each racer, and what it was made from. */
  readonly #runs = new Map<RacerName, { readonly key: string; readonly run: Run; readonly batches: readonly Batch[] }>()

  constructor() {
    this.#backend = wasm({ threads: 1 })
    this.#meter = this.#backend.then((backend) => new LossMeter(backend))
  }

  /** All racers on the same examples in the same order, from the same start. */
  async race(settings: Settings, racers: readonly Racer[]): Promise<Race> {
    const train = this.#train(settings.problem, settings.examples, settings.seed)
    const runs: Run[] = []
    let batches: readonly Batch[] = []
    for (const racer of racers) {
      const key = JSON.stringify([settings, racer])
      let known = this.#runs.get(racer.name)
      if (known?.key !== key) {
        known = { key, ...(await this.#run(racer, settings, train)) }
        this.#runs.set(racer.name, known)
      }
      runs.push(known.run)
      if (known.batches.length > batches.length) batches = known.batches
    }
    return { settings, train, runs, batches }
  }

  /** A picture of the surface. */
  async surface({ problem, of, examples, seed, batch }: SurfaceRequest): Promise<Pixels> {
    if (of !== 'expected') {
      const train = this.#train(problem, examples, seed)
      return this.#picture(problem, of === 'batch' ? pick(train, batch) : train)
    }
    const known = this.#expectedSurfaces.get(problem)
    if (known !== undefined) return known
    const sample = this.#expected(problem).map((column) => column.subarray(0, expectedSurfaceCount))
    const picture = await this.#picture(problem, sample)
    this.#expectedSurfaces.set(problem, picture)
    return picture
  }

  async dispose(): Promise<void> {
    await (await this.#backend).close()
  }

  async #picture(problem: ProblemName, examples: Columns): Promise<Pixels> {
    const { x, y } = problems[problem].box
    const at = ([low, high]: readonly [number, number], share: number): number => low + share * (high - low)
    const [first, second] = [new Float32Array(grid * grid), new Float32Array(grid * grid)]
    for (let i = 0; i < grid * grid; i++) {
      first[i] = at(x, (i % grid) / (grid - 1))
      second[i] = at(y, 1 - Math.floor(i / grid) / (grid - 1))
    }
    return bandsOf(levelsOf(await (await this.#meter).at(problem, [first, second], examples), grid))
  }

  async #run(racer: Racer, settings: Settings, train: Columns) {
    const { problem, steps, seed } = settings
    const { batches, ...way } = await race(racer, settings, train, await this.#backend)
    const stride = strideOf(steps)
    const count = Math.floor(steps / stride) + 1
    const done = Math.floor((way.places.length - 1) / stride) + 1
    // Always as many places, so that it is always the same program.
    const shown = Array.from({ length: count }, (_, i) => way.places[Math.min(i, done - 1) * stride])
    const places = [0, 1].map((w) => Float32Array.from(shown, (place) => place[w]))
    const losses = async (examples: Columns): Promise<Float32Array> =>
      (await this.#meter).at(problem, [places[0], places[1]], examples)
    const [onTrain, onValidation, expected] = [
      await losses(train),
      await losses(this.#draw(problem, validationCount, seed, 'validation')),
      await losses(this.#expected(problem)),
    ]
    const run: Run = {
      name: racer.name,
      ...way,
      losses: Array.from({ length: done }, (_, i) => ({
        step: i * stride,
        train: onTrain[i],
        validation: onValidation[i],
        expected: expected[i],
      })),
    }
    return { run, batches }
  }

  #train(problem: ProblemName, examples: number, seed: number): Columns {
    return this.#draw(problem, examples, seed, 'train')
  }

  #expected(problem: ProblemName): Columns {
    return this.#draw(problem, expectedCount, 0, 'expected')
  }

  #draw(problem: ProblemName, count: number, seed: number, part: string): Columns {
    const key = `${problem} ${count} ${seed} ${part}`
    const known = this.#drawn.get(key)
    if (known !== undefined) return known
    // Only the large samples are worth their memory for long.
    if (this.#drawn.size > 20)
      for (const old of this.#drawn.keys()) if (!old.endsWith('expected')) this.#drawn.delete(old)
    const columns = draw(problem, count, seed, part)
    this.#drawn.set(key, columns)
    return columns
  }
}
