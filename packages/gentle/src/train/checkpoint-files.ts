/** The files of a run folder that a training's state makes: the state itself, and what is derived from it. */
import type { AnyModel, WeightValues } from '../nn/model.ts'
import type { Evaluation } from './evaluation.ts'
import { historyCsv } from './history-csv.ts'
import { cardFigures, type ModelCard } from './model-card.ts'
import type { ModelPurpose } from './model-purpose.ts'
import { type TrainingState, trainingStatePieces } from './training-state.ts'
import { modelPieces } from './weights.ts'

export const metricsFile = 'metrics.csv'
export const stateFile = 'weights/progress.safetensors'
export const lastFile = 'weights/last.safetensors'
export const bestFile = 'weights/best.safetensors'
/** Where the checkpoints before are kept, where they are. */
export const keptFolder = 'weights/checkpoints'

/** A file of a run folder, as pieces that follow each other. */
export interface RunFile {
  /** Its path in the folder. */
  readonly name: string
  readonly pieces: readonly Uint8Array[]
  /** Whether it has to outlast a power cut; what takes a training to make again does. */
  readonly sync: boolean
  /** Whether its checksum is still to be put into its first piece; a thread that writes does that, too. */
  readonly seal?: boolean
}

const utf8 = new TextEncoder()

const textFile = (name: string, text: string): RunFile => ({ name, pieces: [utf8.encode(text)], sync: false })

/** What a card says of weights: how long they were trained, and what a validation told of them. */
const trained = (epoch: number, validation: Evaluation | undefined): ModelCard => ({
  epoch,
  ...(validation === undefined ? {} : { metrics: { validation: cardFigures(validation) } }),
})

/**
 * All files that a state makes, the state first: where writing ends behind it, the others can be made of it again. Values are not copied.
 * @param model whose weights the state has, for what its files tell beside
 */
export function checkpointFiles(state: TrainingState, model: AnyModel, purpose?: ModelPurpose): RunFile[] {
  const { history, best } = state
  const weights = (name: string, values: WeightValues, card: ModelCard): RunFile => ({
    name,
    pieces: modelPieces(model, values, { ...purpose, card: { ...purpose?.card, ...card } }),
    sync: true,
    seal: true,
  })
  // Within an epoch the weights are no more those that were validated.
  const ended = state.position === 0 && history.length > 0
  const last = state.average ?? state.weights
  const lastCard = trained(history.length, ended ? history.at(-1)!.validation : undefined)
  const bestFiles = (): RunFile[] => {
    if (best !== undefined) return [weights(bestFile, best.weights, trained(best.epoch, best.validation))]
    // Without a validation, the last epoch counts as the best.
    return ended ? [weights(bestFile, last, lastCard)] : []
  }
  return [
    { name: stateFile, pieces: trainingStatePieces(state), sync: true, seal: true },
    weights(lastFile, last, lastCard),
    ...bestFiles(),
    textFile(metricsFile, historyCsv(history)),
  ]
}
