import { createTrainer, sgd, wasm } from 'gentle-dl'
import { afterAll, describe, expect, it } from 'vitest'
import { placeInEpochs } from '../../src/pages/learning/counters.tsx'
import { exerciseAnswer } from '../../src/pages/learning/exercise.ts'
import { dataset, draw, learners } from '../../src/pages/learning/learners.ts'
import { bandsOf, levelsOf } from '../../src/pages/learning/levels.ts'
import { LossMeter } from '../../src/pages/learning/loss-meter.ts'
import { problemNames, problems } from '../../src/pages/learning/problems.ts'
import { program } from '../../src/pages/learning/program.ts'
import { race } from '../../src/pages/learning/race.ts'
import { Session } from '../../src/pages/learning/session.ts'
import { type Racer, racerNames, type Settings, stepsPerEpoch } from '../../src/pages/learning/settings.ts'
import { printed } from './run-program.ts'

const settings: Settings = {
  problem: 'line',
  examples: 10,
  batchSize: 4,
  steps: 50,
  schedule: 'constant',
  warmup: false,
  seed: 1,
  start: [-1.5, -2.2],
}
const session = new Session()
afterAll(() => session.dispose())

describe('a race', () => {
  it('makes the step of gradient descent, computed by hand', async () => {
    const whole = { ...settings, batchSize: 10 }
    const { train, runs } = await session.race(whole, [{ name: 'sgd', rate: 0.05 }])
    const [x, y] = train
    let [w, b] = settings.start
    for (const place of runs[0].places.slice(0, 20)) {
      expect(place[0]).toBeCloseTo(w, 4)
      expect(place[1]).toBeCloseTo(b, 4)
      const residuals = Array.from(x, (at, i) => w * at + b - y[i])
      w -= (0.05 * 2 * residuals.reduce((sum, residual, i) => sum + residual * x[i], 0)) / 10
      b -= (0.05 * 2 * residuals.reduce((sum, residual) => sum + residual, 0)) / 10
    }
  })

  it('gives all racers the same batches, each example once an epoch', async () => {
    const { runs, batches } = await session.race(
      settings,
      racerNames.map((name) => ({ name, rate: 0.02 })),
    )
    expect(runs).toHaveLength(4)
    expect(batches).toHaveLength(50)
    expect(stepsPerEpoch(settings)).toBe(3)
    expect(batches.slice(0, 3).map(({ length }) => length)).toEqual([4, 4, 2])
    expect(
      batches
        .slice(3, 6)
        .flatMap((each) => [...each])
        .sort((a, b) => a - b),
    ).toEqual([...Array(10).keys()])
    for (const { places, losses, rates } of runs) {
      expect(places).toHaveLength(51)
      expect(losses.map(({ step }) => step)).toEqual([...Array(51).keys()])
      expect(new Set(rates)).toEqual(new Set([0.02]))
    }
  })

  it('shows the batches of one racer, because those of all are the same', async () => {
    const backend = await wasm({ threads: 1 })
    try {
      const examples = draw('line', 10, 1, 'train')
      const own = await race({ name: 'rmsprop', rate: 0.02 }, settings, examples, backend)
      const other = await race({ name: 'sgd', rate: 0.01 }, settings, examples, backend)
      expect(own.batches).toEqual(other.batches)
      expect((await session.race(settings, [{ name: 'sgd', rate: 0.02 }])).batches).toEqual(own.batches)
    } finally {
      await backend.close()
    }
  })

  it('ends where the loss is no number, and says so', async () => {
    const { runs } = await session.race({ ...settings, steps: 200 }, [
      { name: 'sgd', rate: 2 },
      { name: 'adam', rate: 0.1 },
    ])
    expect(runs[0].divergedAt).toBeLessThan(100)
    expect(runs[0].places.length).toBe(runs[0].divergedAt)
    expect(runs[1].divergedAt).toBeUndefined()
  })

  it('follows its schedule, with a warm-up', async () => {
    const { runs } = await session.race({ ...settings, schedule: 'linear', warmup: true }, [
      { name: 'sgd', rate: 0.06 },
    ])
    const { rates } = runs[0]
    expect(rates[0]).toBeCloseTo(0.01, 6)
    expect(Math.max(...rates)).toBeCloseTo(0.06, 6)
    expect(rates.at(-1)).toBeLessThan(0.002)
  })
})

describe('losses over the surface', () => {
  it.each(problemNames)('are those of the library: %s', async (name) => {
    const backend = await wasm({ threads: 1 })
    try {
      const columns = draw(name, 2500, 3, 'test')
      const trainer = await createTrainer(learners[name].layer(), dataset(name, columns), {
        loss: learners[name].loss,
        optimizer: sgd({ learningRate: 0.1 }),
        epochs: 1,
        backend,
      })
      const weights: number[] = []
      for (const parameter of trainer.model.parameters.values()) weights.push(...(await backend.read(parameter)))
      const { loss } = await trainer.evaluate(dataset(name, columns))
      const places = [0, 1].map((w) => Float32Array.of(weights[w], problems[name].start[w]))
      const measured = await new LossMeter(backend).at(name, [places[0], places[1]], columns)
      expect(measured[0]).toBeCloseTo(loss, 5)
      expect(measured[1]).toBeGreaterThan(loss)
    } finally {
      await backend.close()
    }
  })

  it('come close to the expected loss of the best classifier there is', async () => {
    const start = [2, 0] as const
    const classes: Settings = { ...settings, problem: 'classes', start }
    const { runs } = await session.race(classes, [{ name: 'sgd', rate: 0.001 }])
    // By numerical integration, in the chapter on expected loss.
    expect(Math.abs(runs[0].losses[0].expected - 0.3563)).toBeLessThan(0.005)
  })

  it('are drawn lowest where they are lowest', () => {
    const grid = Float32Array.from({ length: 16 }, (_, i) => (i - 5) ** 2)
    const levels = levelsOf(grid, 4)
    const { side, heights } = levels
    expect(side).toBe(25)
    // Eight pixels for a place: the sixth one is in the second row and column.
    expect(heights[8 * side + 8]).toBe(0)
    expect(heights.at(-1)).toBe(255)
    const { rgba } = bandsOf(levels)
    expect([...rgba.subarray(4 * (8 * side + 8)).subarray(0, 3)]).toEqual([112, 128, 150])
    expect(rgba[4 * (8 * side + 8) + 3]).toBeLessThan(rgba.at(-1)!)
  })
})

it.each<[Settings, Racer]>([
  [
    { ...settings, problem: 'network', start: [-1, 1], schedule: 'steps', warmup: true },
    { name: 'adam', rate: 0.1 },
  ],
  [
    { ...settings, problem: 'classes', start: [0, 1] },
    { name: 'rmsprop', rate: 0.05 },
  ],
])('the program that is shown comes to the same losses: %o', async (set, racer) => {
  const { runs } = await session.race(set, [racer])
  const { train, validation, expected } = runs[0].losses.at(-1)!
  const losses = [...(await printed(program(set, racer))).matchAll(/loss: (.+)/g)].map(([, loss]) => Number(loss))
  expect(losses).toHaveLength(3)
  for (const [i, loss] of [train, validation, expected].entries()) expect(losses[i]).toBeCloseTo(loss, 4)
})

it('counts steps, batches and epochs', () => {
  expect([0, 1, 3, 4].map((step) => placeInEpochs(step, 3))).toEqual([
    { epoch: 1, batch: 0 },
    { epoch: 1, batch: 1 },
    { epoch: 1, batch: 3 },
    { epoch: 2, batch: 1 },
  ])
})

it('sees in the exercise whether the expected loss is left behind', async () => {
  const classes: Settings = { ...settings, problem: 'classes', steps: 500, start: [0, 0] }
  const byHeart = await session.race(classes, [{ name: 'adam', rate: 0.5 }])
  expect(exerciseAnswer(byHeart).right).toBe(true)
  const many = await session.race({ ...classes, examples: 1000, batchSize: 64 }, [{ name: 'adam', rate: 0.1 }])
  expect(exerciseAnswer(many)).toMatchObject({ right: false })
  expect(exerciseAnswer(await session.race(settings, [])).remark).toContain('two classes')
})
