import type { ProblemName } from './problems.ts'
import {
  decayFactor,
  decayParts,
  expectedCount,
  momentum,
  type Racer,
  type Settings,
  stepsPerEpoch,
  validationCount,
  warmupOf,
} from './settings.ts'

/** How an example is drawn, and what learns of it. */
const parts: Readonly<
  Record<ProblemName, { inputs: number; draw: string; network: string; loss: string; layers: string[] }>
> = {
  line: {
    inputs: 1,
    draw: `const x = 1.5 + random.normal()
    inputs[i] = x
    targets[i] = 0.8 * x - 0.5 + 0.5 * random.normal()`,
    network: 'Linear(1)',
    loss: 'meanSquaredError',
    layers: ['Linear'],
  },
  network: {
    inputs: 1,
    draw: `const x = 1.5 * random.normal()
    inputs[i] = x
    targets[i] = 1.2 * Math.tanh(1.5 * x) + 0.4 * random.normal()`,
    network: 'Sequential(Linear(1, { bias: false }), Tanh(), Linear(1, { bias: false }))',
    loss: 'meanSquaredError',
    layers: ['Linear', 'Sequential', 'Tanh'],
  },
  classes: {
    inputs: 2,
    draw: `const right = random.integer(2)
    inputs.set([random.normal() + 2 * right - 1, random.normal()], 2 * i)
    targets[i] = right`,
    network: 'Linear(1, { bias: false })',
    loss: 'binaryCrossEntropy',
    layers: ['Linear'],
  },
}

const schedules = {
  constant: 'constantRate',
  steps: 'stepDecay',
  linear: 'linearDecay',
  cosine: 'cosineDecay',
} as const

function rateOf({ schedule, steps, ...settings }: Settings, rate: number): string {
  const options = [
    ...(schedule === 'steps' ? [`every: ${Math.ceil(steps / decayParts)}`, `factor: ${decayFactor}`] : []),
    ...(settings.warmup ? [`warmup: ${warmupOf({ steps, warmup: true })}`] : []),
  ]
  return `${schedules[schedule]}(${rate}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`
}

const optimizers = { sgd: 'sgd', momentum: 'sgd', rmsprop: 'rmsProp', adam: 'adam' } as const

/** The program that trains as one of the racers does. */
export function program(settings: Settings, { name, rate }: Racer): string {
  const { problem, examples, batchSize, steps, seed, start } = settings
  const { inputs, draw, network, loss, layers } = parts[problem]
  const optimizer = optimizers[name]
  const more = name === 'momentum' ? `, momentum: ${momentum}` : ''
  const imports = [optimizer, 'createTrainer', loss, 'Random', schedules[settings.schedule], ...layers].sort()
  return `import { ${imports.join(', ')} } from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'

const draw = (count: number, seed: number, part: string) => {
  const random = new Random(seed, part)
  const inputs = new Float32Array(${inputs === 1 ? 'count' : '2 * count'})
  const targets = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    ${draw}
  }
  return inMemory({ inputs, inputShape: [${inputs}], targets, targetShape: [1] })
}
const train = draw(${examples}, ${seed}, 'train')

const trainer = await createTrainer(${network}, train, {
  loss: ${loss},
  optimizer: ${optimizer}({ learningRate: ${rateOf(settings, rate)}${more} }),
  batchSize: ${Math.min(batchSize, examples)},
  epochs: ${Math.ceil(steps / stepsPerEpoch(settings))},
  steps: ${steps},
  seed: ${seed},
})

// The start on the surface.
const { backend, parameters } = trainer.model
const start = [${start.join(', ')}]
for (const parameter of parameters.values()) {
  const values = await backend.read(parameter)
  await backend.write(parameter, values.map(() => start.shift()!))
}
while (trainer.stepsDone < ${steps}) await trainer.step()

const samples = {
  training: train,
  validation: draw(${validationCount}, ${seed}, 'validation'),
  expected: draw(${expectedCount}, 0, 'expected'),
}
for (const [name, sample] of Object.entries(samples)) console.log(\`\${name} loss:\`, (await trainer.evaluate(sample)).loss)
`
}
