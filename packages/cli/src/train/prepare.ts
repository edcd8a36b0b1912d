/** What prepares a training of each task: a new one, and one of a run that is there. */
import type { RunFolder, TrainingState } from 'gentle-dl'
import { annotatedTask } from '../tasks/annotated-tasks.ts'
import { prepareAnnotated } from '../tasks/prepare-annotated.ts'
import { prepareClassification } from '../tasks/prepare-classification.ts'
import { prepareRegression } from '../tasks/prepare-regression.ts'
import { sequenceTask } from '../tasks/sequence-tasks.ts'
import type { NamedSettings, Once, Opening, Preparation } from '../tasks/task.ts'
import { note } from '../terminal/terminal.ts'
import type { TrainFlags } from './choose-settings.ts'
import { type PretrainedSource, preprocessingIn } from './pretrained-source.ts'

/** The run that goes on, and how far it has come. */
export interface Resumed {
  readonly run: RunFolder
  readonly state: TrainingState
}

/**
 * What prepares a training of each task.
 * @param options `trials`: how short trainings are made that choose settings nobody gave; they are not without; `divide`: as `Opening` has it
 */
export function prepare(
  settings: NamedSettings,
  {
    strict = false,
    quiet = false,
    trials,
    divide,
  }: Pick<TrainFlags, 'strict' | 'quiet'> & Pick<Opening, 'divide'> & { readonly trials?: Once },
  resumed: Resumed | undefined,
  source: PretrainedSource | undefined,
): Promise<Preparation> {
  const { task = 'classify' } = settings
  const earlier = resumed && { run: resumed.run.path, classes: classesOf(resumed.state) }
  if (task === 'classify') {
    const preprocessing = resumed === undefined ? source?.preprocessing(settings.resize) : preprocessingIn(resumed.run)
    return prepareClassification(settings, { strict, divide, quiet, trials }, earlier, preprocessing)
  }
  const expected = source?.preprocessing(undefined)
  if (expected?.mean.some((mean) => mean !== 0) && settings.task !== undefined)
    note(
      `the pretrained weights expect normalized pictures (mean ${expected.mean.join(', ')}); --task ${task} trains on pictures in [0, 1], to which they have to adapt first`,
    )
  if (task === 'regress') return prepareRegression(settings)
  if (task === 'transcribe' || task === 'translate')
    return sequenceTask(task)!.prepare(settings, { strict, divide }, earlier)
  return prepareAnnotated(annotatedTask(task), settings, { strict, divide }, earlier)
}

/** The classes of a run that goes on. */
const classesOf = ({ fingerprint }: TrainingState): readonly string[] | undefined =>
  (fingerprint.classes as readonly string[] | null | undefined) ?? undefined
