/** How the end of a training that gives no numbers any more is told. */
import type { AnyDataset } from '../data/dataset.ts'
import { type Anomaly, describeAnomaly } from './anomaly.ts'
import type { Batch } from './batches.ts'
import type { DivergedTraining } from './reports.ts'

/** So many examples of a batch are told by their numbers. */
const told = 5

/** Whether an anomaly was looked for, would be found by looking for one, or not, or could not be looked for. */
export type Search = 'done' | 'possible' | 'pointless' | 'no room'

export interface Divergence {
  /** `the loss became NaN`. */
  readonly what: string
  readonly step: number
  readonly epoch: number
  /** What the parameters are of that the model keeps. */
  readonly kept: string
  readonly batch: Batch | undefined
  /** Where the data itself holds no number. */
  readonly fault: string | undefined
  readonly anomaly: Anomaly | undefined
  readonly search: Search
}

/** In one line: what happened, where, what is kept, why, and what to do. */
export function divergence(
  { what, step, epoch, kept, batch, fault, anomaly, search }: Divergence,
  dataset: AnyDataset,
): Pick<DivergedTraining, 'message' | 'examples' | 'anomaly'> {
  const examples = batch?.indices && [...batch.indices]
  const first = step === 1 ? 'no step was made before: ' : ''
  let why: string
  if (fault !== undefined) why = `${fault}: fix the example or leave it out`
  else if (anomaly !== undefined && batch !== undefined) {
    const advice =
      step === 1
        ? 'look at the loss, the first parameters and how large the inputs are'
        : 'use a smaller learning rate or clipNorm, or keep what that op takes within its range'
    why = `${first}${describeAnomaly(anomaly, batch, dataset)}; ${advice}`
  } else if (search === 'done' && batch === undefined)
    why = 'the gradients were finite, so the update made them so; use a smaller learning rate or clipNorm'
  else if (search === 'done')
    why = `${first}computed op by op all its numbers are finite, so sums within an op overflow; use a smaller learning rate or clipNorm`
  else if (search === 'no room')
    why =
      'there is no memory to look for the op where it begins: use a smaller batch for that; use a smaller learning rate or clipNorm'
  else
    why = `use a smaller learning rate or clipNorm${search === 'possible' ? '; detectAnomaly finds the op where it begins' : ''}`
  const of = examples === undefined ? '' : `, ${listed(examples)}`
  return {
    message: `training: ${what} at step ${step} (epoch ${epoch}${of}); the model keeps the parameters ${kept}; ${why}`,
    examples,
    anomaly: anomaly && { ...anomaly, examples: anomaly.examples?.map((place) => examples?.[place] ?? place) },
  }
}

/** `examples 17, 5 and 62 more`. */
function listed(examples: readonly number[]): string {
  if (examples.length === 1) return `example ${examples[0]}`
  const shown = examples.length <= told + 1 ? examples.slice(0, -1) : examples.slice(0, told)
  const more = examples.length - shown.length
  return `examples ${shown.join(', ')} and ${more === 1 ? examples.at(-1) : `${more} more`}`
}
