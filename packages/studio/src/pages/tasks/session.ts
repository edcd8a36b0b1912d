/** What the page's worker holds: four networks, and what they say of a scene and of all the scenes that they are judged by. */
import {
  type Backend,
  evaluate,
  GentleError,
  loadModel,
  type Model,
  type Program,
  type WasmOptions,
  wasm,
} from 'gentle-dl'
import { labelled } from 'gentle-dl/data'
import {
  answers,
  averagePrecision,
  type Box,
  type DetectedObject,
  detection,
  levelsOf,
  nonMaximumSuppression,
  precisionRecallCurve,
  type ScoredBox,
  type TruthObject,
  visionTasks,
} from 'gentle-dl/vision'
import { breathe } from '../../engine/breathe.ts'
import { programFor } from '../../engine/program-for.ts'
import { type Matched, matched } from './matched.ts'
import { crowdedSet, sceneSet, type TaskName, taskNames } from './networks.ts'
import { painted, type SceneObject } from './scene.ts'
import { crowdedSeed, judgedScenes, judgedSeed, type Thresholds } from './settings.ts'

/** Weights of a network that did not come. */
export class TasksError extends GentleError {}

/** What the four networks say of a scene. */
export interface Answers extends Matched {
  readonly picture: Float32Array
  readonly truth: { readonly boxes: readonly Box[]; readonly labels: readonly number[]; readonly mask: Uint8Array }
  /** Of each class. */
  readonly probabilities: readonly number[]
  readonly located: ScoredBox
  /** All boxes before any is suppressed. */
  readonly candidates: readonly ScoredBox[]
  readonly mask: Uint8Array
}

/** How good the detector is on crowded scenes, for a class or all of them. */
export interface Judgement {
  /** A point each box, best score first. */
  readonly recall: readonly number[]
  readonly precision: readonly number[]
  readonly scores: readonly number[]
  /** Objects that there are. */
  readonly objects: number
  /** Average precision at an IoU of 0.5, and its mean over the IoUs 0.5 to 0.95. */
  readonly AP50: number
  readonly AP: number
}

/** How good the four are on the scenes for judging, 0 to 1. */
export interface Quality {
  /** Share of scenes whose label is right. */
  readonly classify: number
  /** Share of scenes whose label is right and whose box has an IoU of 0.5 or more. */
  readonly localize: number
  /** Average precision at an IoU of 0.5. */
  readonly detect: number
  /** Mean IoU over the classes. */
  readonly segment: number
}

/** Boxes below are not looked at. */
const leastScore = 0.05

/** Boxes of a scene before suppression. */
const maxCandidates = 300

/** Every box: where overlaps are taken as they are, none is suppressed. */
const everything = { scoreThreshold: leastScore, iouThreshold: 1, maxDetections: maxCandidates }

/** A network, and the program by which it answers for one scene; the classifier's gives probabilities. */
interface Opened {
  readonly model: Model
  readonly program: Program<'x', 'y'>
}

export class Session {
  readonly #load: (name: TaskName) => Promise<Uint8Array>
  readonly #options: WasmOptions
  #models: Promise<Readonly<Record<TaskName, Opened>>> | undefined
  #backend: Backend | undefined
  #scene: { readonly key: string; readonly of: Promise<Omit<Answers, 'detections' | 'missed'>> } | undefined
  #judged: Promise<{ readonly truths: TruthObject[]; readonly candidates: ScoredBox[][] }> | undefined

  /** @param load the bytes of a network's file */
  constructor(load: (name: TaskName) => Promise<Uint8Array>, options: WasmOptions = {}) {
    this.#load = load
    this.#options = options
  }

  /** What the networks say of a scene, at some thresholds. */
  async look(objects: readonly SceneObject[], { score, suppression, iou }: Thresholds): Promise<Answers> {
    const key = JSON.stringify(objects)
    // Thresholds change without the networks being asked again.
    if (this.#scene?.key !== key) this.#scene = { key, of: this.#ask(objects) }
    const said = await this.#scene.of
    const found = nonMaximumSuppression(said.candidates, { iouThreshold: suppression, scoreThreshold: score })
    return { ...said, ...matched(found, said.truth, iou) }
  }

  /** How precision falls as more objects are found, over crowded scenes. @param category a class, or all of them */
  async judge({ suppression, iou }: Thresholds, category: number | undefined): Promise<Judgement> {
    this.#judged ??= this.#detectAll()
    const { truths, candidates } = await this.#judged
    const found = candidates.flatMap((boxes, image): DetectedObject[] =>
      nonMaximumSuppression(boxes, { iouThreshold: suppression, maxDetections: 100 }).map(({ label, box, score }) => ({
        image,
        category: label,
        box,
        score,
      })),
    )
    const curve = precisionRecallCurve(truths, found, { category, iou })
    const { AP50, AP } = averagePrecision(truths, found, category === undefined ? {} : { categories: [category] })
    const objects = truths.filter((each) => category === undefined || each.category === category).length
    return { ...curve, objects, AP50, AP }
  }

  /** How good all four are on the scenes for judging. */
  async quality(): Promise<Quality> {
    const models = await this.#opened()
    const set = sceneSet(judgedScenes, judgedSeed)
    const { accuracy } = await evaluate(models.classify.model, labelled(set))
    await breathe()
    const { score: localize } = await visionTasks.localize.score(models.localize.model, set)
    await breathe()
    const { metrics } = await visionTasks.detect.score(models.detect.model, set)
    await breathe()
    const { score: segment } = await visionTasks.segment.score(models.segment.model, set)
    return { classify: accuracy!, localize, detect: metrics.AP50, segment }
  }

  async close(): Promise<void> {
    await this.#backend?.close()
  }

  async #ask(objects: readonly SceneObject[]): Promise<Omit<Answers, 'detections' | 'missed'>> {
    const models = await this.#opened()
    const { picture, truth } = painted(objects)
    const ask = async (name: TaskName): Promise<Float32Array> =>
      (await models[name].program.run({ x: picture })).y.data as Float32Array
    const { layer, inputShape } = models.detect.model
    return {
      picture,
      truth,
      probabilities: [...(await ask('classify'))],
      located: visionTasks.localize.task(models.localize.model.layer, inputShape).decode(await ask('localize')),
      candidates: detection(levelsOf(layer, inputShape), everything).decode(await ask('detect')),
      mask: visionTasks.segment.task(models.segment.model.layer, inputShape).decode(await ask('segment')),
    }
  }

  /** All objects of the crowded scenes, and all boxes for them. */
  async #detectAll() {
    const { model } = (await this.#opened()).detect
    const set = crowdedSet(judgedScenes, crowdedSeed)
    const task = detection(levelsOf(model.layer, model.inputShape), everything)
    const truths: TruthObject[] = []
    const candidates: ScoredBox[][] = []
    for await (const { index, truth, answer } of answers(model, task, set)) {
      for (const [i, box] of truth.boxes.entries()) truths.push({ image: index, category: truth.labels[i], box })
      candidates.push(answer)
      await breathe()
    }
    return { truths, candidates }
  }

  #opened(): Promise<Readonly<Record<TaskName, Opened>>> {
    this.#models ??= this.#open()
    // What did not come is asked for again where it is needed again.
    this.#models.catch(() => {
      this.#models = undefined
    })
    return this.#models
  }

  async #open(): Promise<Readonly<Record<TaskName, Opened>>> {
    this.#backend ??= await wasm(this.#options)
    const backend = this.#backend
    const all = await Promise.all(
      taskNames.map(async (name) => {
        const model = await loadModel(await this.#load(name), { name, backend })
        return [name, { model, program: await programFor(model, { probabilities: name === 'classify' }) }] as const
      }),
    )
    return Object.fromEntries(all) as Record<TaskName, Opened>
  }
}
