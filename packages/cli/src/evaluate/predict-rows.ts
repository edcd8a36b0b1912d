/** `gentle predict` of a table without labels: what a model makes of each row. */
import { extname } from 'node:path'
import { type Model, type OpenedModel, predict, sizeOf } from 'gentle-dl'
import { csvRows } from 'gentle-dl/data'
import { asWritten, writeCsv } from '../data/csv-text.ts'
import { bytesOf } from '../data/file-bytes.ts'
import { bold, figure, note, percent, print, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { namesOf } from './class-names.ts'
import type { PredictFlags } from './predict-flags.ts'
import { isTableFile } from './table-file.ts'

/** Rows that are told one by one; JSON and CSV have all. */
const maxListed = 20

const flagsForPictures = ['invert', 'views', 'augment', 'normalize', 'flip', 'scoreThreshold', 'size'] as const

/** What is told of a row. */
type RowAnswer =
  | { readonly prediction: number }
  | { readonly outputs: readonly number[] }
  | { readonly predictions: readonly { readonly label: string; readonly probability: number }[] }

/** Runs the command for the rows of a table. Gives the exit code. */
export async function predictRows(
  place: string,
  { model: { inputShape }, columns, task }: OpenedModel,
  model: Model,
  files: readonly string[],
  flags: PredictFlags,
): Promise<number> {
  const [file, more] = files
  const odd = flagsForPictures.find((name) => flags[name] !== undefined)
  if (odd !== undefined)
    throw new UsageError(
      `--${odd === 'scoreThreshold' ? 'score-threshold' : odd} is for pictures, but ${place} takes rows of a table`,
    )
  if (more !== undefined || !isTableFile(file))
    throw new UsageError(
      `${place} takes rows of ${sizeOf(inputShape)} numbers; expected one .csv or .tsv file${extname(file) === '' || isTableFile(file) ? '' : `, not ${file}`}`,
    )
  const features = sizeOf(inputShape)
  const rows = csvRows(await bytesOf(file, 'the table'), { features, names: columns?.inputs, name: file })
  const others = rows.ignored.filter((name) => name !== columns?.target)
  if (others.length > 0) note(`${file}: not an input of ${place}, and skipped: ${others.join(', ')}`)
  if (columns?.target !== undefined && rows.ignored.includes(columns.target))
    note(`${file}: column ${columns.target} is what is predicted, and is not looked at; gentle eval compares with it`)
  const inputs = columns?.values === 'bytes' ? rows.inputs.map((value) => value / 255) : rows.inputs
  const isNumber = task === 'regress'
  const probabilities = !isNumber && !flags.logits
  const { data, shape } = await predict(model, inputs, { probabilities })
  const each = sizeOf(shape.slice(1))
  const names = probabilities ? namesOf(model, place) : []
  const answers = Array.from({ length: rows.length }, (_, row): RowAnswer => {
    const values = Array.from(data.subarray(row * each, (row + 1) * each))
    if (isNumber) return { prediction: values[0] }
    if (!probabilities) return { outputs: values }
    const ranked = values.map((probability, i) => ({ label: names[i], probability }))
    return { predictions: ranked.sort((a, b) => b.probability - a.probability).slice(0, flags.top) }
  })
  if (flags.out !== undefined) {
    const added = isNumber
      ? [`predicted_${columns?.target ?? 'target'}`]
      : probabilities
        ? [`predicted_${columns?.target ?? 'class'}`, 'probability']
        : answers[0] && 'outputs' in answers[0]
          ? answers[0].outputs.map((_, i) => `output_${i}`)
          : []
    const header = rows.header ?? columns?.inputs ?? Array.from({ length: features }, (_, i) => `input_${i + 1}`)
    writeCsv(flags.out, [
      [...header, ...added],
      ...answers.map((answer, row) => [...rows.cells(row), ...cellsOf(answer)]),
    ])
  }
  if (flags.json)
    console.log(
      JSON.stringify(
        answers.map((answer, i) => ({ row: i + 1, ...answer })),
        null,
        2,
      ),
    )
  else if (flags.out === undefined) {
    for (const [i, answer] of answers.slice(0, maxListed).entries())
      print(`${bold(`row ${i + 1}`)}  ${told(answer, columns?.target)}`)
    if (rows.length > maxListed)
      note(`${maxListed} of ${thousands(rows.length)} rows; --out FILE.csv writes all, --json prints them`)
  }
  return exitCodes.done
}

function cellsOf(answer: RowAnswer): readonly (string | number)[] {
  if ('prediction' in answer) return [asWritten(answer.prediction)]
  if ('outputs' in answer) return answer.outputs.map(asWritten)
  const [{ label, probability }] = answer.predictions
  return [label, Number(probability.toFixed(6))]
}

function told(answer: RowAnswer, target: string | undefined): string {
  if ('prediction' in answer) return `${target === undefined ? '' : `${target} `}${figure(answer.prediction)}`
  if ('outputs' in answer) return answer.outputs.map((value) => value.toPrecision(6)).join(' ')
  return answer.predictions.map(({ label, probability }) => `${label} ${percent(probability)}`).join('  ')
}
