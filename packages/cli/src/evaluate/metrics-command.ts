/** `gentle metrics`: how good predictions are that stand in files, whoever made them. */
import type { CocoContent } from 'gentle-dl/data'
import { averagePrecision, type DetectionReport, precisionRecallCurve } from 'gentle-dl/vision'
import { precisionRecallPicture } from '../pictures/precision-recall-picture.ts'
import { writeOutput } from '../terminal/output-file.ts'
import { bold, note, print, table, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'
import { type CocoResults, readCocoResults, readCocoTruth } from './coco-files.ts'

export interface MetricsFlags {
  readonly task: string
  readonly truth: string
  readonly predictions: string
  readonly curves?: string
  readonly strict?: boolean
  readonly json?: boolean
}

/** What can be scored from files. */
export const scoredTasks = ['detect'] as const

/**
 * Runs the command. Gives the exit code.
 * @throws UsageError for files that are missing or broken, or do not fit each other.
 */
export async function metrics(flags: MetricsFlags): Promise<number> {
  const tasks: Readonly<Record<string, (flags: MetricsFlags) => Promise<void>>> = { detect: scoreDetections }
  if (!Object.hasOwn(tasks, flags.task)) throw unknownChoice('task', flags.task, scoredTasks)
  await tasks[flags.task](flags)
  return exitCodes.done
}

async function scoreDetections({ truth: truthFile, predictions, curves, strict, json }: MetricsFlags): Promise<void> {
  if (curves !== undefined && !/\.svg$/i.test(curves))
    throw new UsageError(`--curves is ${curves}; expected a file name that ends in .svg`)
  const truth = await readCocoTruth(truthFile, strict === true)
  const results = await readCocoResults(predictions, truth)
  if (results.strangers > 0)
    note(
      `${predictions}: ${thousands(results.strangers)} results have categories that ${truthFile} does not have and were skipped`,
    )
  const categories = [...truth.categories.keys()]
  const report = averagePrecision(truth.objects, results.objects, { images: [...truth.images.keys()], categories })
  if (curves !== undefined) await writeCurves(curves, truth, results, report)
  print(json ? JSON.stringify(report, undefined, 2) : reportText(report, truth, results))
}

/** Draws the categories of which there is something to find, so that the mean in the picture is AP50. */
async function writeCurves(
  path: string,
  truth: CocoContent,
  results: CocoResults,
  report: DetectionReport,
): Promise<void> {
  const drawn = [...truth.categories]
    .filter(([category]) => report.perCategory[category].AP50 >= 0)
    .map(([category, name]) => ({ name, ...precisionRecallCurve(truth.objects, results.objects, { category }) }))
  if (drawn.length === 0) {
    note(`${path} was not written: ${truth.file} has no objects`)
    return
  }
  writeOutput('--curves', path, await precisionRecallPicture(drawn))
}

const meanings: Readonly<Record<Exclude<keyof DetectionReport, 'perCategory'>, string>> = {
  AP: 'average precision, mean over IoU 0.50 to 0.95',
  AP50: 'at IoU 0.50',
  AP75: 'at IoU 0.75',
  APsmall: 'small objects, up to 32 x 32 pixels',
  APmedium: 'medium objects, 32 x 32 to 96 x 96 pixels',
  APlarge: 'large objects, from 96 x 96 pixels',
  AR1: 'average recall with 1 detection per category and image',
  AR10: 'with 10',
  AR100: 'with 100',
  ARsmall: 'small objects, up to 32 x 32 pixels',
  ARmedium: 'medium objects, 32 x 32 to 96 x 96 pixels',
  ARlarge: 'large objects, from 96 x 96 pixels',
}

const figure = (value: number): string => (value < 0 ? '-' : value.toFixed(4))

function reportText(
  report: DetectionReport,
  { objects, images, categories }: CocoContent,
  results: CocoResults,
): string {
  const count = (of: readonly { readonly category: number }[]): Map<number, number> => {
    const counts = new Map<number, number>()
    for (const { category } of of) counts.set(category, (counts.get(category) ?? 0) + 1)
    return counts
  }
  const [there, found] = [count(objects), count(results.objects)]
  const entries = Object.entries(meanings) as [keyof typeof meanings, string][]
  return [
    bold(
      `${thousands(results.objects.length)} detections of ${thousands(objects.length)} objects in ${thousands(images.size)} images`,
    ),
    '',
    table([['', 'value', ''], ...entries.map(([key, meaning]) => [key, figure(report[key]), meaning])]),
    '',
    table([
      ['category', 'objects', 'detections', 'AP', 'AP50'],
      ...[...categories].map(([id, name]) => {
        const { AP, AP50 } = report.perCategory[id]
        return [name, there.get(id) ?? 0, found.get(id) ?? 0, figure(AP), figure(AP50)]
      }),
    ]),
  ].join('\n')
}
