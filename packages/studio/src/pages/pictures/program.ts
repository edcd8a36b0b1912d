import type { TrunkFacts } from './session.ts'
import { headRate, heldOutCount, keptSide, rate, type Settings, weightDecay } from './settings.ts'

/** Names of an import, sorted as one reads them. */
const imported = (names: readonly string[], from: string): string =>
  `import { ${[...names].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), 'en')).join(', ')} } from '${from}'`

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const small = `const network = Sequential({
  norm: BatchNorm(),
  conv1: Conv2d(24, 3, { stride: 2, padding: 1, bias: false }),
  bn1: BatchNorm(),
  relu1: ReLU(),
  conv2: Conv2d(48, 3, { stride: 2, padding: 1, bias: false }),
  bn2: BatchNorm(),
  relu2: ReLU(),
  conv3: Conv2d(96, 3, { stride: 2, padding: 1, bias: false }),
  bn3: BatchNorm(),
  relu3: ReLU(),
  pool: GlobalAvgPool2d(),
  fc: Linear(classes.length),
})`

/** What makes features of pictures, once, and a network that decides by them. */
const onFeatures = ({ file, network, side }: TrunkFacts): string => `${
  network === undefined
    ? `const { model: learned } = await openModel(${text(file)})`
    : `const { model: learned } = await loadPretrained('${network}', ${text(file)})`
}
const values = await readWeights(learned)
const finder = await createModel(
  Sequential({ trunk: trunk(learned.layer), pool: GlobalAvgPool2d() }),
  [3, ${side}, ${side}],
  { initialValues: (name) => values.get(name.replace('trunk.', ''))! },
)
const pixels = new Float32Array(pictures.length * 3 * ${side} * ${side})
await pictures.read([...files.keys()], pixels, new Int32Array(pictures.length))
const features = inMemory({
  inputs: (await predict(finder, pixels)).data,
  inputShape: finder.outputShape,
  targets: all.labels as Int32Array,
  classes,
})
const network = Sequential({ fc: Linear(classes.length) })`

/** The program that does what the page does, on the folder that the page saves its pictures as. */
export function program(settings: Settings, pictures: number, trunk: TrunkFacts | undefined): string {
  const { side: own, heldOut, augment, epochs, seed } = settings
  const isOnTrunk = settings.start === 'trunk'
  const facts = trunk ?? { file: 'trunk.safetensors', network: undefined, side: keptSide }
  const side = isOnTrunk ? facts.side : own
  const count = heldOutCount(pictures, heldOut)
  const isAugmented = augment && !isOnTrunk
  const isPretrained = isOnTrunk && facts.network !== undefined
  const set = isOnTrunk ? 'features' : 'pictures'
  return `// Picture files are decoded by one more package: npm i sharp
import { readdirSync } from 'node:fs'
${[
  imported(
    [
      'adamW',
      'cosineDecay',
      'crossEntropy',
      'fit',
      'GlobalAvgPool2d',
      'Linear',
      'Sequential',
      ...(isOnTrunk
        ? ['createModel', 'predict', 'readWeights', ...(isPretrained ? [] : ['openModel'])]
        : ['BatchNorm', 'Conv2d', 'ReLU']),
    ],
    'gentle-dl',
  ),
  imported(
    [
      'classWeights',
      'inMemory',
      'readImageFile',
      'resized',
      ...(isAugmented ? ['augmented', 'policies'] : []),
      ...(count > 0 ? ['randomSplit'] : []),
      ...(isPretrained ? ['normalized'] : []),
    ],
    'gentle-dl/data',
  ),
  imported(['summarize'], 'gentle-dl/inspect'),
  imported(
    ['pictureRecipe', ...(isOnTrunk ? ['trunk'] : []), ...(isPretrained ? ['loadPretrained'] : [])],
    'gentle-dl/models',
  ),
  ...(isPretrained ? [imported(['imagenetPreprocessing'], 'gentle-dl/vision')] : []),
].join('\n')}

// A folder for each class, as 'Save the pictures' gives them.
const folder = 'pictures'
const classes = readdirSync(folder).sort()
const files = classes.flatMap((name, label) =>
  readdirSync(\`\${folder}/\${name}\`).sort().map((file) => ({ path: \`\${folder}/\${name}/\${file}\`, label })),
)
const size = 3 * ${keptSide} * ${keptSide}
const inputs = new Float32Array(files.length * size)
for (const [i, { path }] of files.entries()) {
  const { data } = await readImageFile(path, { channels: 3, size: { height: ${keptSide}, width: ${keptSide}, fit: 'cover' } })
  inputs.set(data, i * size)
}
const targets = Int32Array.from(files, ({ label }) => label)
const all = inMemory({ inputs, inputShape: [3, ${keptSide}, ${keptSide}], targets, classes })
const pictures = ${isPretrained ? 'normalized(' : ''}resized(all, { height: ${side}, width: ${side} })${isPretrained ? `, imagenetPreprocessing([3, ${side}, ${side}]))` : ''}

${isOnTrunk ? onFeatures(facts) : small}

${count > 0 ? `const [train, heldOut] = randomSplit(${set}, ${count}, ${seed})` : `const train = ${set}`}
const weights = classWeights(train)
const classCounts = weights.map((weight) => Math.round(train.length / (classes.length * weight)))
const { batchSize } = pictureRecipe(
  { classCounts, validation: 0, multiplyAdds: summarize(network, train.inputShape).macs },
  ${rate},
)
const epochs = ${epochs}
const warmup = Math.round((epochs * Math.ceil(train.length / batchSize)) / 20)
await fit(network, ${isAugmented ? `augmented(train, policies.modest, { seed: ${seed} })` : 'train'}, {
${count > 0 ? '  validation: heldOut,\n' : ''}  loss: (scores, labels) => crossEntropy(scores, labels, { classWeights: weights }),
  optimizer: adamW({ learningRate: cosineDecay(${isOnTrunk ? headRate : rate}, { warmup }), weightDecay: ${weightDecay} }),
  batchSize,
  epochs,
  seed: ${seed},
  keep: 'last',
  onEpoch: ({ epoch, train${count > 0 ? ', validation' : ''} }) =>
    console.log('epoch', epoch, 'loss', train.loss.toFixed(4), 'right', train.accuracy!.toFixed(4)${
      count > 0 ? ", 'held out', validation!.loss.toFixed(4), validation!.accuracy!.toFixed(4)" : ''
    }),
})
`
}

/** The names of the files that the page saves. */
export const modelFile = 'pictures.safetensors'
export const onnxFile = 'pictures.onnx'
export const useFile = 'classify.ts'

/** The program that uses the classifier: `node classify.ts PICTURE ...`. */
export const useProgram = `// npm i gentle-dl sharp, then: node ${useFile} PICTURE ...
import { openModel, predict } from 'gentle-dl'
import { readPreprocessedImage } from 'gentle-dl/data'

const { model, preprocessing } = await openModel('${modelFile}')
for (const file of process.argv.slice(2)) {
  const picture = await readPreprocessedImage(file, preprocessing!)
  const { data } = await predict(model, picture, { probabilities: true })
  const best = data.indexOf(Math.max(...data))
  console.log(\`\${file}: \${model.classes![best]}, \${(100 * data[best]).toFixed(1)} %\`)
}
`
