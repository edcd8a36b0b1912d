import { dataSeeds, type ExampleSettings, epochs, examples, momentum, noise, settingsFor } from './examples.ts'

/** The program that trains the examples, and keeps them where the command line and this page find them. */
export function program({ vary, seed }: ExampleSettings): string {
  const seeds = dataSeeds(seed)
  const runs = settingsFor(vary).map(
    ({ name, setting: { learningRate, batchSize, units } }) =>
      `  '${name}': { learningRate: ${learningRate}, batchSize: ${batchSize}, units: ${units} },`,
  )
  return `import { fit, RunFolder, sgd } from 'gentle-dl'
import { moons } from 'gentle-dl/data'
import { mlp } from 'gentle-dl/models'

const train = moons({ examples: ${examples}, noise: ${noise}, seed: ${seeds.train} })
const validation = moons({ examples: ${examples}, noise: ${noise}, seed: ${seeds.validation} })

const settings = {
${runs.join('\n')}
}
for (const [name, setting] of Object.entries(settings)) {
  const run = RunFolder.create(\`runs/\${name}\`)
  run.writeJson('run.json', { settings: { model: 'mlp', data: 'moons', epochs: ${epochs}, seed: ${seed}, ...setting } })
  const { history } = await fit(mlp({ hidden: [setting.units], classes: 2 }), train, {
    validation,
    optimizer: sgd({ learningRate: setting.learningRate, momentum: ${momentum} }),
    batchSize: setting.batchSize,
    epochs: ${epochs},
    seed: ${seed},
    onEpoch: (report, trainer) => run.saveEpoch(report, trainer),
  })
  const best = history.reduce((a, b) => (b.validation!.loss < a.validation!.loss ? b : a))
  console.log(\`\${name}: validation loss \${best.validation!.loss.toFixed(4)} in epoch \${best.epoch}\`)
}
// To compare them, and to watch the next ones: npx gentle studio --runs runs
`
}
