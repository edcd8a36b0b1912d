/** From one language to another: the task of GNMT. */
import type { SequenceTask } from '../tasks/task.ts'
import { UsageError } from '../terminal/usage.ts'
import { evaluateTranslation } from './evaluate-translation.ts'
import { pairNames } from './open-pairs.ts'
import { prepareTranslation } from './prepare-translation.ts'

export const translationTask: SequenceTask = {
  name: 'translate',
  networks: ['gnmt'],
  dataNames: pairNames,
  settings: ['test', 'vocabulary', 'maxLength', 'layers', 'units', 'labelSmoothing'],
  policyText() {
    throw new UsageError('--augment is for pictures and sounds; pairs of texts are not augmented')
  },
  prepare: (settings, opening) => prepareTranslation(settings, opening),
  evaluate: evaluateTranslation,
}
