/** `gentle eval` of models that tell boxes or masks. */

import type { OpenedModel } from 'gentle-dl'
import { alignAnnotated } from 'gentle-dl/vision'
import { openAndReport } from '../data/datasets.ts'
import { checkPlain } from '../models/normalize.ts'
import { judge } from '../tasks/annotated-task.ts'
import { annotatedTask } from '../tasks/annotated-tasks.ts'
import { classesFor } from '../tasks/prepare-annotated.ts'
import { annotatedPart, partsOfRun } from '../tasks/used-examples.ts'
import { writeOutput } from '../terminal/output-file.ts'
import { bold, note, print, scoreText } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { judgementText } from '../train/finish-annotated.ts'
import { checkSame, type DataOfRun } from './data-of-run.ts'
import { noteMatchByOrder } from './output-notes.ts'

export interface EvaluateAnnotatedFlags {
  readonly data: string
  readonly seed?: number
  readonly views?: number
  readonly augment?: string
  readonly labels?: string
  readonly flip?: boolean
  readonly strict?: boolean
  readonly json?: boolean
  readonly out?: string
}

/** The metrics of a model's task on part of a set. Gives the exit code. */
export async function evaluateAnnotated(
  place: string,
  opened: OpenedModel,
  part: 'train' | 'validation' | 'test',
  flags: EvaluateAnnotatedFlags,
  own?: DataOfRun,
): Promise<number> {
  const { model, task } = opened
  checkPlain(place, opened)
  if (task === 'classify' || task === 'regress')
    throw new UsageError('the model classifies; it predicts no boxes and no masks')
  if (flags.views !== undefined || flags.augment !== undefined)
    throw new UsageError('--views and --augment are for classifiers; for boxes and masks use --flip')
  if (flags.labels !== undefined) throw new UsageError(`--labels is for classifiers; ${place} has its own class names`)
  const kind = annotatedTask(task)
  if (flags.out !== undefined && task !== 'detect')
    throw new UsageError('--out is for classifiers and detectors; the report of a run has its charts')
  const [channels, height, width] = model.inputShape
  const sets = await openAndReport(flags.data, {
    seed: flags.seed ?? 0,
    validation: own?.settings.validation,
    size: [height, width],
    channels: channels as 1 | 3,
    masks: task === 'segment',
    strict: flags.strict,
  })
  const set = partsOfRun(sets, own?.settings, annotatedPart)[part]
  if (own !== undefined) await checkSame(own, part, set)
  if (set.inputShape.join() !== model.inputShape.join())
    throw new UsageError(
      `--data ${flags.data} has pictures [${set.inputShape.join(', ')}], but the model takes [${model.inputShape.join(', ')}]`,
    )
  classesFor(kind, set, flags.data)
  const { data: aligned, by, classes } = alignAnnotated(model, set, task, place)
  if (by === 'places') noteMatchByOrder(place, flags.data, classes)
  const judgement = await judge(kind, model, aligned, { flip: flags.flip })
  const [curves] = Object.values(judgement.pictures ?? {})
  if (flags.out !== undefined) {
    if (curves === undefined)
      throw new UsageError(`--out: ${place} finds nothing in ${flags.data}, so there are no curves`)
    writeOutput('--out', flags.out, curves)
    note(`curves: ${flags.out}`)
  }
  if (flags.json) {
    const { metrics, score, mistakes } = judgement
    const sorted = mistakes && {
      ...mistakes.all,
      perClass: Object.fromEntries(mistakes.perClass.map(({ name, counts }) => [name, counts])),
    }
    console.log(
      JSON.stringify(
        {
          task,
          score,
          ...metrics,
          ...(sorted && { mistakes: sorted }),
          data: flags.data,
          split: part,
          examples: set.length,
        },
        null,
        2,
      ),
    )
  } else
    print(
      [
        bold(`${kind.scoreName} ${scoreText(judgement.score)} on ${set.length} ${part} pictures of ${flags.data}`),
        '',
        judgementText(judgement),
      ].join('\n'),
    )
  return exitCodes.done
}
