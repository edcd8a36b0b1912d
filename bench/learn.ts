/**
 * `npm run bench:learn -- [network...] [--data FOLDER] [--seeds 1,2,3] [--epochs N]`: how well networks learn Fashion-MNIST, or another set in
 * IDX files. Ends with exit code 1 where a test accuracy is not above its target. See README.md.
 */
import { parseArgs } from 'node:util'
import { idxFolder } from '../packages/gentle/src/data/index.ts'
import { type Backend, countParameters, evaluate, fit, wasm } from '../packages/gentle/src/entries/index.ts'
import { type Recipe, recipes } from './recipes.ts'
import { formatTable, machine } from './report.ts'

const say = (message: string): void => console.error(`learn: ${message}`)

interface Task {
  readonly networks: readonly string[]
  readonly data: string
  readonly seeds: readonly number[]
  readonly epochs: number | undefined
}

/** @throws RangeError or TypeError for arguments that are wrong. */
function readArguments(): Task {
  const { values, positionals } = parseArgs({
    options: {
      data: { type: 'string', default: '/usr/share/datasets/fashion-mnist' },
      seeds: { type: 'string', default: '1' },
      epochs: { type: 'string' },
    },
    allowPositionals: true,
  })
  const names = Object.keys(recipes)
  const unknown = positionals.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new RangeError(`no network ${unknown}; expected some of ${names.join(', ')}`)
  const seeds = values.seeds.split(',').map(Number)
  if (!seeds.every((seed) => Number.isInteger(seed) && seed >= 0))
    throw new RangeError(`--seeds ${values.seeds}; expected whole numbers from 0, with commas between them`)
  const epochs = values.epochs === undefined ? undefined : Number(values.epochs)
  if (epochs !== undefined && !(Number.isInteger(epochs) && epochs >= 1))
    throw new RangeError(`--epochs ${values.epochs}; expected a whole number from 1`)
  return { networks: positionals.length > 0 ? positionals : names, data: values.data, seeds, epochs }
}

interface Outcome {
  readonly parameters: number
  /** Of the epoch that was best on the validation set. */
  readonly validation: number
  readonly test: number
  readonly minutes: number
}

/** One training. The test set is looked at once, at its end. */
async function learn(name: string, recipe: Recipe, seed: number, { data }: Task, backend: Backend): Promise<Outcome> {
  const { train, validation, test } = await idxFolder(data)
  const { network, batchSize, epochs, optimizer } = recipe
  const layer = network({ classes: train.classes!.length })
  const began = performance.now()
  const { model, history, epoch } = await fit(layer, train, {
    validation,
    optimizer,
    batchSize,
    epochs,
    seed,
    backend,
    onEpoch: ({ epoch, train, validation, examplesPerSecond }) =>
      say(
        `${name}, seed ${seed}, epoch ${epoch} of ${epochs}: training loss ${train.loss.toFixed(4)}, ${percent(train.accuracy!)}, validation ${percent(validation!.accuracy!)}, ${examplesPerSecond.toFixed(0)} examples/s`,
      ),
  })
  const minutes = (performance.now() - began) / 60_000
  const { accuracy } = await evaluate(model, test)
  return {
    parameters: countParameters(model),
    validation: history[epoch - 1].validation!.accuracy!,
    test: accuracy!,
    minutes,
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

async function main(): Promise<void> {
  let task: Task
  try {
    task = readArguments()
  } catch (error) {
    say((error as Error).message)
    process.exitCode = 2
    return
  }
  const backend = await wasm()
  const rows: string[][] = []
  for (const name of task.networks) {
    const recipe = { ...recipes[name], epochs: task.epochs ?? recipes[name].epochs }
    for (const seed of task.seeds) {
      const { parameters, validation, test, minutes } = await learn(name, recipe, seed, task, backend)
      rows.push([
        name,
        parameters.toLocaleString('en-US'),
        String(seed),
        String(recipe.epochs),
        percent(validation),
        percent(test),
        minutes.toFixed(1),
      ])
      if (!(test > recipe.target)) {
        say(`${name}, seed ${seed}: test accuracy ${percent(test)}; expected more than ${percent(recipe.target)}`)
        process.exitCode = 1
      }
    }
  }
  await backend.close()
  const { processor, cores, platform, node } = machine()
  console.log(`${task.data}; ${processor}, ${cores} cores, ${platform}, Node ${node}\n`)
  console.log(formatTable(['network', 'parameters', 'seed', 'epochs', 'validation', 'test', 'minutes'], rows))
}

await main()
