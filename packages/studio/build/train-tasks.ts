/**
 * Trains the networks of the page of tasks and writes their weights beside it: `node packages/studio/build/train-tasks.ts [TASK ...]`, all of them unless named. Each takes
 * minutes on two cores, so the files are kept with the sources.
 */
import { writeFileSync } from 'node:fs'
import { adamW, cosineDecay, crossEntropy, fit, saveModel, wasm } from 'gentle-dl'
import { labelled, taskSet } from 'gentle-dl/data'
import { visionTasks } from 'gentle-dl/vision'
import { networks, sceneSet, type TaskName, taskNames } from '../src/pages/tasks/networks.ts'
import { sceneSide } from '../src/pages/tasks/scene-side.ts'
import { shapeNames } from '../src/pages/tasks/shapes.ts'

const batchSize = 16

/** Scenes to learn from, each seen once. */
const scenesFor: Readonly<Record<TaskName, number>> = {
  classify: 96_000,
  localize: 64_000,
  detect: 40_000,
  segment: 32_000,
}

const inputShape = [1, sceneSide, sceneSide]

/** What is learned from a set of scenes, and by which loss. */
function learned(name: TaskName, count: number) {
  const set = sceneSet(count, 1)
  if (name === 'classify') return { data: labelled(set), loss: crossEntropy, classes: shapeNames }
  const task = visionTasks[name].task(networks[name](), inputShape)
  const classes = visionTasks[name].classesOf(set)
  return { data: taskSet(set, task.target), loss: task.loss, metrics: task.metrics, classes }
}

const names = process.argv.length > 2 ? (process.argv.slice(2) as TaskName[]) : taskNames
for (const name of names) {
  const backend = await wasm()
  const { data, ...rest } = learned(name, scenesFor[name])
  const started = performance.now()
  let seen = 0
  const { model } = await fit(networks[name](), data, {
    ...rest,
    backend,
    optimizer: adamW({ learningRate: cosineDecay(0.004, { warmup: 50 }), weightDecay: 1e-4, clipNorm: 10 }),
    batchSize,
    epochs: 1,
    seed: 1,
    keep: 'last',
    onStep({ step, steps, train }) {
      if (++seen % 100 === 0) console.log(name, step, 'of', steps, train.loss.toFixed(3))
    },
  })
  const bytes = await saveModel(model, { task: name })
  writeFileSync(new URL(`../src/pages/tasks/weights/${name}.safetensors`, import.meta.url), bytes)
  console.log(name, bytes.length, 'bytes in', ((performance.now() - started) / 1000).toFixed(0), 's')
  await backend.close()
}
