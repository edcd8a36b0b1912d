/** What a report tells of localization, detection and segmentation. */
import { existsSync } from 'node:fs'
import type { Model } from 'gentle-dl'
import { type AnnotatedSplits, readImageFile } from 'gentle-dl/data'
import { type AnyTask, judge } from '../tasks/annotated-task.ts'
import { scoreText, thousands } from '../terminal/terminal.ts'
import { annotatedSampleOf, maxSlow } from '../train/train-sample.ts'
import { chart, type Html, html } from './html.ts'
import { mistakesSection } from './mistakes.ts'
import type { Reported } from './reported.ts'
import { dataTable, remark, type Section } from './section.ts'
import { wholePicture } from './thumbnail.ts'

/** What the metrics of a detector are called where their names do not say. */
const meanings: Readonly<Record<string, string>> = {
  AP: 'AP, mean over IoU 0.50 to 0.95',
  AP50: 'AP at IoU 0.50',
  AP75: 'AP at IoU 0.75',
  APsmall: 'AP of small objects, up to 32 x 32 pixels',
  APmedium: 'AP of medium objects, up to 96 x 96 pixels',
  APlarge: 'AP of large objects, from 96 x 96 pixels',
  AR1: 'recall with 1 object per class and picture',
  AR10: 'recall with 10',
  AR100: 'recall with 100',
  ARsmall: 'recall of small objects',
  ARmedium: 'recall of medium objects',
  ARlarge: 'recall of large objects',
}

export async function annotatedSections(
  { run, facts, model }: Reported,
  kind: AnyTask,
  sets: AnnotatedSplits,
): Promise<readonly Section[]> {
  const part = facts.summary === undefined ? 'validation' : 'test'
  const set = annotatedSampleOf(sets[part], maxSlow)
  const { metrics, perClass, pictures = {}, mistakes } = await judge(kind, model as Model, set)
  const rows = Object.entries(metrics).map(([name, value]) => [meanings[name] ?? name, scoreText(value)])
  const [names, ...classes] = perClass ?? []
  const of = remark(
    `Of ${thousands(set.length)} ${part} pictures${set.length < sets[part].length ? `, spread over all ${thousands(sets[part].length)}` : ''}${part === 'test' ? '' : ', with the last weights'}.`,
  )
  return [
    {
      id: 'figures',
      title: 'How good it is',
      body: html`${of}<div class="beside"><div>${dataTable(['metric', 'value'], rows)}</div>${Object.values(pictures).map(chart)}</div>`,
    },
    ...(names === undefined
      ? []
      : [{ id: 'per-class', title: 'Class by class', body: html`${of}${dataTable(names, classes)}` }]),
    ...(mistakes === undefined ? [] : [mistakesSection(mistakes)]),
    await picturesSection(
      ['worst', 'best'].map((which) => ({ which, file: run.file(`${which}.png`) })),
      facts.summary !== undefined,
    ),
  ]
}

/** The sheets that the end of a training writes. */
async function picturesSection(
  sheets: readonly { readonly which: string; readonly file: string }[],
  isFinished: boolean,
): Promise<Section> {
  const there = isFinished ? sheets.filter(({ file }) => existsSync(file)) : []
  const shown = await Promise.all(
    there.map(
      async ({ which, file }): Promise<Html> =>
        wholePicture(await readImageFile(file), { alt: `the test pictures with the ${which} answers` }),
    ),
  )
  return {
    id: 'pictures',
    title: 'The worst and the best pictures',
    body:
      shown.length > 0
        ? html`${shown}`
        : remark(
            isFinished ? 'The run folder has no sheets of them any more.' : 'They are drawn when the training ends.',
          ),
  }
}
