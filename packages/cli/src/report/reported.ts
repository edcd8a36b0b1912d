/** What the parts of a report are made from. */
import type { AnyModel, RunFolder } from 'gentle-dl'
import type { RunFacts } from './run-facts.ts'

/** A run with its model: the best weights of one that came to its end, else the last. */
export interface Reported {
  readonly run: RunFolder
  readonly facts: RunFacts
  readonly model: AnyModel
}
