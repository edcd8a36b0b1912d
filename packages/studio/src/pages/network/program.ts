import { type Edit, examplesEach, predictsNumbers, type Settings, unitsOf } from './settings.ts'

const activations = { relu: 'ReLU()', tanh: 'Tanh()', sigmoid: 'Sigmoid()', linear: '', 'leaky-relu': 'LeakyReLU(0.1)' }

const functions = {
  moons: 'moons',
  xor: 'noisyXor',
  rings: 'rings',
  spirals: 'spirals',
  gaussians: 'gaussians',
} as const

/** Lines that make the data sets, and what they import. */
function dataOf(settings: Settings): {
  readonly lines: string
  readonly data: readonly string[]
  readonly core: readonly string[]
} {
  const { data, noise, seed, classes, own } = settings
  if (data === 'own') {
    const numbers = predictsNumbers(settings)
    const splits = own.length >= 8
    const lines = `const points = [
${own.map((point) => `  [${point.join(', ')}],`).join('\n')}
]
const all = inMemory({
  inputs: Float32Array.from(points.flatMap(([x1, x2]) => [x1, x2])),
  inputShape: [2],
  ${numbers ? 'targets: Float32Array.from(points, ([, , target]) => target),\n  targetShape: [1],' : `targets: Int32Array.from(points, ([, , target]) => target),\n  classes: [${Array.from({ length: unitsOf(settings).at(-1)! }, (_, i) => `'${i}'`).join(', ')}],`}
})
const [train, validation] = ${splits ? `randomSplit(all, ${Math.round(own.length / 4)}, ${seed})` : '[all, all]'}
`
    return { lines, data: ['inMemory', ...(splits ? ['randomSplit'] : [])], core: [] }
  }
  if (data === 'plane' || data === 'waves')
    return {
      lines: `const surface = (part: number) => {
  const random = new Random(${2 * seed} + part, 'surface')
  const inputs = Float32Array.from({ length: ${2 * examplesEach} }, () => 2 * random.uniform() - 1)
  const targets = Float32Array.from({ length: ${examplesEach} }, (_, i) => {
    const [x1, x2] = [inputs[2 * i], inputs[2 * i + 1]]
    return ${data === 'plane' ? '(x1 + x2) / 2' : 'Math.sin(Math.PI * x1) * Math.cos((Math.PI * x2) / 2)'} + ${noise} * random.normal()
  })
  return inMemory({ name: '${data}', inputs, inputShape: [2], targets, targetShape: [1] })
}
const [train, validation] = [surface(0), surface(1)]
`,
      data: ['inMemory'],
      core: ['Random'],
    }
  const own_ = functions[data]
  const more =
    data === 'moons' || data === 'xor' ? '' : `, classes: ${classes}${data === 'spirals' ? ', turns: 1' : ''}`
  return {
    lines: `const train = ${own_}({ examples: ${examplesEach}, noise: ${noise}, seed: ${2 * seed}${more} })
const validation = ${own_}({ examples: ${examplesEach}, noise: ${noise}, seed: ${2 * seed + 1}${more} })
`,
    data: [own_],
    core: [],
  }
}

/** The program that trains as the page does, with as many steps. */
export function program(settings: Settings, steps: number, edits: readonly Edit[]): string {
  const { hidden, activation, optimizer, rate, weightDecay, batchSize, seed } = settings
  const { lines, data, core } = dataOf(settings)
  const numbers = predictsNumbers(settings)
  const own = activations[activation]
  const init = activation === 'relu' || activation === 'leaky-relu' ? ", { weightInit: 'heNormal' }" : ''
  const loss = numbers ? 'meanSquaredError' : 'crossEntropy'
  const decay = weightDecay > 0 ? `, weightDecay: ${weightDecay}` : ''
  const momentum = optimizer === 'momentum' ? ', momentum: 0.9' : ''
  const uses = optimizer === 'adam' ? 'adam' : 'sgd'
  const layers = [
    ...hidden.map((units) => `Linear(${units}${init})${own === '' ? '' : `, ${own}`}`),
    `Linear(${unitsOf(settings).at(-1)})`,
  ]
  const imports = [
    uses,
    'createTrainer',
    loss,
    'Linear',
    'Sequential',
    ...core,
    ...(hidden.length > 0 && own !== '' ? [own.slice(0, own.indexOf('('))] : []),
  ].sort()
  const made = edits.filter(([at]) => at <= steps)
  const width = (layer: number): number => (layer === 1 ? 2 : hidden[layer - 2])
  const place = (layer: number): number => (own === '' ? layer - 1 : 2 * (layer - 1))
  const list = made.map(
    ([at, layer, unit, from, value]) =>
      `  { step: ${at}, name: '${place(layer)}.${from === 0 ? 'bias' : 'weight'}', index: ${from === 0 ? unit - 1 : (unit - 1) * width(layer) + from - 1}, value: ${value} },`,
  )
  const edit =
    made.length === 0
      ? ''
      : `
// Weights set by hand, after so many steps.
const edits = [
${list.join('\n')}
]
const { backend, parameters } = trainer.model
const setWeights = async () => {
  for (const { name, index, value } of edits.filter(({ step }) => step === trainer.stepsDone)) {
    const values = await backend.read(parameters.get(name)!)
    values[index] = value
    await backend.write(parameters.get(name)!, values)
  }
}
await setWeights()
`
  return `import { ${imports.join(', ')} } from 'gentle-dl'
import { ${data.join(', ')} } from 'gentle-dl/data'

${lines}
const network = Sequential(
${layers.map((layer) => `  ${layer},`).join('\n')}
)
const trainer = await createTrainer(network, train, {
  loss: ${loss},
  optimizer: ${uses}({ learningRate: ${rate}${momentum}${decay} }),
  batchSize: ${batchSize},
  epochs: ${Math.max(1, steps)},
  seed: ${seed},
})
${edit}while (trainer.stepsDone < ${steps}) ${
    made.length === 0
      ? 'await trainer.step()'
      : `{
  await trainer.step()
  await setWeights()
}`
  }

const onTrain = await trainer.evaluate(train)
const onValidation = await trainer.evaluate(validation)
console.log('training:', onTrain)
console.log('validation:', onValidation)
`
}
