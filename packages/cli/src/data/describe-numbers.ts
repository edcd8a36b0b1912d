/** What a table of numbers consists of whose label is a number to predict. */
import { type Dataset, featureMoments, partNames, type Splits, type TableReading } from 'gentle-dl/data'
import { examplesIn } from '../evaluate/predicted-numbers.ts'
import { bold, figure, print, table } from '../terminal/terminal.ts'
import { columnNames } from './csv-text.ts'

interface ColumnFigures {
  readonly min: number
  readonly mean: number
  readonly std: number
  readonly max: number
}

/** Figures of each input and of the target, of the training examples. */
async function figuresOf(train: Dataset): Promise<ColumnFigures[]> {
  const { inputs, targets } = await featureMoments(train)
  const { inputs: values, truth } = await examplesIn(train)
  const features = inputs.mean.length
  const range = (of: (row: number) => number): [number, number] => {
    let [min, max] = [of(0), of(0)]
    for (let row = 1; row < train.length; row++) [min, max] = [Math.min(min, of(row)), Math.max(max, of(row))]
    return [min, max]
  }
  const figures = (mean: number, std: number, of: (row: number) => number): ColumnFigures => {
    const [min, max] = range(of)
    return { min, mean, std: min === max ? 0 : std, max }
  }
  return [
    ...inputs.mean.map((mean, i) => figures(mean, inputs.std[i], (row) => values[row * features + i])),
    figures(targets!.mean[0], targets!.std[0], (row) => truth[row]),
  ]
}

/** Tells it, or prints JSON. */
export async function describeNumbers(
  name: string,
  splits: Splits,
  { inputs, label }: TableReading,
  json: boolean | undefined,
): Promise<void> {
  const { train } = splits
  const names = columnNames({ inputs, target: label.name, values: 'numbers' }, train.inputShape[0])
  const columns = [...names.inputs, names.target]
  const figures = await figuresOf(train)
  const examples = Object.fromEntries(partNames.map((part) => [part, splits[part].length]))
  if (json) {
    const perColumn = Object.fromEntries(columns.map((column, i) => [column, figures[i]]))
    console.log(
      JSON.stringify(
        { name, inputShape: train.inputShape, target: names.target, examples, columns: perColumn },
        null,
        2,
      ),
    )
    return
  }
  print(
    [
      bold(`${name}: ${names.inputs.length} inputs, and ${names.target} to predict`),
      '',
      table([['part', 'examples'], ...Object.entries(examples)]),
      '',
      'Columns of the training examples',
      table([
        ['column', 'min', 'mean', 'std', 'max'],
        ...figures.map(({ min, mean, std, max }, i) => [columns[i], ...[min, mean, std, max].map(figure)]),
      ]),
    ].join('\n'),
  )
}
