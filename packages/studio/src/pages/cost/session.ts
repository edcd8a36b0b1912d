/** What the page's worker is asked, and what it answers. */
import { summarize } from 'gentle-dl/inspect'
import { growth, lectureNetworks, networks } from 'gentle-dl/models'
import { breathe } from '../../engine/breathe.ts'
import { type Cost, costOf } from './network.ts'
import { type Axis, axisNames, type Settings, valuesOf } from './settings.ts'

/** Something of a setting's value. */
export interface PointOf<Value> {
  readonly at: number
  readonly value: Value
}

export interface Costs {
  readonly settings: Settings
  readonly axis: Axis
  readonly cost: Cost
  /** Along the axis, with all else as it is. */
  readonly curve: readonly PointOf<Cost>[]
  /** With twice of each setting. */
  readonly doubled: Readonly<Record<Axis, Cost>>
}

export async function costs(settings: Settings, axis: Axis): Promise<Costs> {
  const curve: PointOf<Cost>[] = []
  for (const at of valuesOf(axis, settings)) {
    curve.push({ at, value: costOf({ ...settings, [axis]: at }) })
    await breathe()
  }
  const doubled: Partial<Record<Axis, Cost>> = {}
  for (const name of axisNames) {
    doubled[name] = costOf({ ...settings, [name]: 2 * settings[name] })
    await breathe()
  }
  return { settings, axis, cost: costOf(settings), curve, doubled: doubled as Record<Axis, Cost> }
}

/** A network of the lecture, as published and as counted. */
export interface LectureNetwork {
  readonly name: string
  readonly year: number
  /** Of predicting for one example. */
  readonly flops: number
  readonly parameters: number
  /** Share of ImageNet's pictures, in percent. */
  readonly top1?: number
}

/** A training of the lecture. */
export interface System {
  readonly name: string
  readonly year: number
  /** As the lecture tells them. */
  readonly exaflops: number
  readonly parameters: number
  /** As they are counted from Gentle's network, on the examples of the paper. */
  readonly counted: { readonly exaflops: number; readonly parameters: number; readonly how: string }
}

export interface Lecture {
  readonly networks: readonly LectureNetwork[]
  readonly systems: readonly System[]
}

/** The lecture's networks and trainings. */
export async function lecture(): Promise<Lecture> {
  const counted: LectureNetwork[] = []
  for (const name of lectureNetworks) {
    const { build, inputShape, year, top1 } = networks[name]
    const { flops, parameters } = summarize(build({}), inputShape)
    counted.push({ name, year, flops, parameters, ...(top1 === undefined ? {} : { top1: top1.value }) })
    await breathe()
  }
  const systems = growth().map(({ name, year, exaflops, parameters, counted }) => ({
    name,
    year,
    exaflops,
    parameters,
    counted: { exaflops: counted.exaflops, parameters: counted.parameters, how: counted.how },
  }))
  return { networks: counted, systems }
}
