/** What a step changes, kept until its numbers are known to be finite; where anomalies are looked for. */
import { sizeOf } from '../core/shape.ts'
import { weightsOf } from '../nn/model.ts'
import type { Parts } from './moment.ts'
import type { StateMemory } from './state-memory.ts'
import type { StepNumbers } from './training-programs.ts'

/** What a step began with, beside its batch. */
export interface BeforeStep {
  /** Of its update, where that was made. */
  readonly numbers?: StepNumbers
  /** Brings weights and the optimizer's state back. */
  restore(): Promise<void>
}

/** Copies weights, the optimizer's state and what stateful layers carry. @param memory what the step before was copied into, which is overwritten */
export async function copyBeforeStep(
  { model, optimizerState, carried }: Parts,
  memory: StateMemory,
  numbers: StepNumbers,
): Promise<BeforeStep> {
  const { backend } = model
  const variables = [...weightsOf(model).values(), ...optimizerState.variables]
  const take = memory.begin(variables.map(({ shape }) => sizeOf(shape)))
  const values: Float32Array[] = []
  for (const variable of variables) values.push(await backend.read(variable, take(sizeOf(variable.shape))))
  const before = await carried.read()
  return {
    numbers,
    restore: async () => {
      for (const [i, variable] of variables.entries()) await backend.write(variable, values[i])
      await carried.write(before)
    },
  }
}
