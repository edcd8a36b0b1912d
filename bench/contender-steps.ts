/** How a contender's steps become rounds: in Node and in pages alike. */
import { median } from './median.ts'
import type { Part, Ready, Round } from './protocol.ts'

type Step = number | readonly Part[]

/** A contender that stands ready to compute. */
export interface Contender extends Ready {
  /** Work of one step: images, or floating-point operations, or bytes. */
  readonly workPerStep: number
  /** One step; gives the loss, or another number that depends on all that was computed, or what its parts were. */
  step(): Step | Promise<Step>
}

/** A round as far as the contender itself can tell. */
export type Steps = Omit<Round, 'peakBytes'>

/**
 * Makes steps for about so many milliseconds, one at least.
 * @throws Error when one gives a number that is not finite.
 */
export async function makeSteps({ step, workPerStep }: Contender, milliseconds: number): Promise<Steps> {
  const begin = performance.now()
  const stepSeconds: number[] = []
  let elapsed = 0
  let parts: readonly Part[] | undefined
  do {
    const result = await step()
    if (typeof result !== 'number') parts = result
    else if (!Number.isFinite(result))
      throw new Error(`step ${stepSeconds.length + 1} gave ${result}, not a finite number`)
    const before = elapsed
    elapsed = performance.now() - begin
    stepSeconds.push((elapsed - before) / 1000)
  } while (elapsed < milliseconds)
  const steps = stepSeconds.length
  return { steps, seconds: elapsed / 1000, stepSeconds: median(stepSeconds), work: steps * workPerStep, parts }
}
