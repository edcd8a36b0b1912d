/** The files of a run folder that a training's state makes: the state itself, and what is derived from it. */
import type { AnyModel } from '../nn/model.ts'
import { historyCsv } from './history-csv.ts'
import { type TrainingState, trainingStatePieces } from './training-state.ts'
import { type ModelPurpose, modelPieces } from './weights.ts'

export const metricsFile = 'metrics.csv'
export const stateFile = 'weights/progress.safetensors'
export const lastFile = 'weights/last.safetensors'
export const bestFile = 'weights/best.safetensors'

/** A file of a run folder, as pieces that follow each other. */
export interface RunFile {
  /** Its path in the folder. */
  readonly name: string
  readonly pieces: readonly Uint8Array[]
  /** Whether it has to outlast a power cut; what takes a training to make again does. */
  readonly sync: boolean
}

const utf8 = new TextEncoder()

export const textFile = (name: string, text: string): RunFile => ({ name, pieces: [utf8.encode(text)], sync: false })

/**
 * All files that a state makes, the state first: where writing ends behind it, the others can be made of it again. Values are not copied.
 * @param model whose weights the state has, for what its files tell beside
 */
export function checkpointFiles(state: TrainingState, model: AnyModel, purpose?: ModelPurpose): RunFile[] {
  const weights = (name: string, values: TrainingState['weights']): RunFile => ({
    name,
    pieces: modelPieces(model, values, purpose),
    sync: true,
  })
  // Without a validation, the last epoch counts as the best.
  const ended = state.position === 0 && state.history.length > 0
  const last = state.average ?? state.weights
  const best = state.best?.weights ?? (ended ? last : undefined)
  return [
    { name: stateFile, pieces: trainingStatePieces(state), sync: true },
    weights(lastFile, last),
    ...(best === undefined ? [] : [weights(bestFile, best)]),
    textFile(metricsFile, historyCsv(state.history)),
  ]
}
