/** What a training needs of its task. */
import type {
  AnyModel,
  Backend,
  BatchLoss,
  EpochReport,
  InputsLayer,
  Layer,
  Loss,
  Metric,
  ModelPurpose,
  OpenedInputsModel,
  RunFolder,
} from 'gentle-dl'
import type { AnyDataset, DividedWork, PartName } from 'gentle-dl/data'
import type { Recipe } from 'gentle-dl/models'
import type { DataPart } from '../data/digest.ts'
import type { Reported } from '../report/reported.ts'
import type { Section } from '../report/section.ts'
import type { Plan, Settings } from '../train/settings.ts'
import type { AnyTaskName } from './task-names.ts'

/** Settings of a training whose network and data are known. */
export type NamedSettings = Settings & { readonly model: string; readonly data: string }

/** Does work once, where several processes train together, and gives all of them what comes of it. */
export type Once = <T>(work: () => Promise<T>) => Promise<T>

/** How the data of a training is opened. */
export interface Opening {
  /** Whether data is refused of which anything would be left out. */
  readonly strict: boolean
  /** How looking at all files is divided among processes that train together. */
  readonly divide?: DividedWork | undefined
}

/** A run that goes on, and the classes that it has: data in another order is brought into theirs. */
export interface EarlierRun {
  readonly run: string
  readonly classes?: readonly string[]
}

/** A training that has come to its end. */
export interface Ending {
  readonly run: RunFolder
  readonly plan: Plan
  readonly backend: Backend
  readonly history: readonly EpochReport[]
  readonly seconds: number
  readonly flags: { readonly json?: boolean; readonly quiet?: boolean }
}

/** Everything that a training needs of its task. Network and data are of one kind: of one tensor an example, or of inputs by their names. */
export interface Preparation {
  /** The examples as the loss wants them. */
  readonly splits: { readonly train: AnyDataset; readonly validation: AnyDataset; readonly test: AnyDataset }
  readonly network: Layer | InputsLayer
  /** Parameters whose shapes depend on the classes, with the axis that counts them. */
  readonly head: ReadonlyMap<string, number>
  readonly recipe: Recipe
  /** Names of what the outputs tell. */
  readonly classes?: readonly string[]
  /** What the files of weights tell beside. */
  readonly purpose: ModelPurpose
  readonly loss: Loss | BatchLoss
  /** What is counted in training; the usual metrics unless given. */
  readonly metrics?: readonly Metric[]
  /** The metric by which the best epoch is chosen, and what it is called. */
  readonly monitor: string
  readonly scoreName: string
  /** Whether it is a share, 0 to 1, and told in percent; true unless given. */
  readonly isShare?: boolean
  /** Whether more of it is better, or less, where `validate` tells it; 'more' unless given. */
  readonly monitorBetter?: 'more' | 'less'
  /** Whether the first epoch goes from short examples to long ones. */
  readonly shortestFirst?: boolean
  /** Measures it on the validation set, where it cannot be counted in training. */
  validate?(model: AnyModel): Promise<Readonly<Record<string, number>>>
  /** What --augment is unless given; nothing is changed unless there is such. */
  readonly defaultAugment?: string
  /** What other settings are unless given, which are kept with the run. */
  readonly defaultSettings?: Partial<Settings>
  /** What there is to tell of the data before the training, one per line. */
  readonly remarks?: readonly string[]
  /** The training examples, changed at random, as the text of --augment says. */
  augmented(policy: string, seed: number): AnyDataset | Promise<AnyDataset>
  /** The examples as they were read, by which it is seen, later, whether the data is the same; `splits` unless given. */
  readonly compared?: Readonly<Record<PartName, DataPart>>
  /** Keeps in the run's folder what belongs to it beside weights. */
  keep?(run: RunFolder): void
  /** Looks at the test set once and tells everything. Gives the exit code. */
  finish(ending: Ending): Promise<number>
  /** What a report shows of the data and of what the model makes of it, beside what it tells of every training. */
  sections?(reported: Reported): Promise<readonly Section[]>
}

/** What `gentle eval` is asked for beside the data. */
/** With the data that is named, or that the run was trained on. */
export interface EvaluationFlags {
  readonly data: string
  readonly seed?: number
  readonly strict?: boolean
  readonly json?: boolean
  /** The part that is asked for; the test part of the data that a model was trained with, unless given. */
  readonly split?: string
  /** The settings of the training, where its data is taken as it was: they say which examples it used. */
  readonly used?: Settings
}

/** A task on sequences, such as speech: its networks have names of their own, take inputs by their names, and say what they are for. */
export interface SequenceTask {
  /** What it is called, also in files of weights. */
  readonly name: AnyTaskName
  /** Names of its networks; the first is tried where none is named. */
  readonly networks: readonly string[]
  /** Data that can be named for it, such as `speech:DIR`; no data is taken unless named. */
  readonly dataNames: readonly string[]
  /** Settings that not all tasks have, and this one has. */
  readonly settings: readonly (keyof Settings)[]
  /** The text that stands for what --augment is given, and is kept with the run. @throws UsageError for what is none. */
  policyText(given: string): string
  prepare(settings: NamedSettings, opening: Opening, earlier: EarlierRun | undefined): Promise<Preparation>
  /** Tells how good a model is on part of a data set. Gives the exit code. */
  evaluate(
    place: string,
    opened: OpenedInputsModel,
    part: 'train' | 'validation' | 'test',
    flags: EvaluationFlags,
  ): Promise<number>
}
