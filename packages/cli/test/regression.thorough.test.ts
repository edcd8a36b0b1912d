/** Tables whose labels are numbers to predict, from training to predictions in a file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { houses, rents, tableText, temperatures } from '../../../examples/tables/tables.ts'
import { gentle, gentleProcess, temporaryFolder } from './command.ts'
import { sectionsOf } from './report-pages.ts'

const folder = temporaryFolder()
const place = (name: string): string => join(folder, name)
const write = (name: string, content: string): string => {
  writeFileSync(place(name), content)
  return place(name)
}
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

const table = write('houses.csv', tableText(houses(400)))
const run = place('run')

beforeAll(async () => {
  const { code, stderr, stdout } = await gentle(['train', 'mlp', '--data', table, '--epochs', '30', '--run-dir', run])
  expect(stderr).toMatch(/the labels are numbers to predict: --task regress \(--task classify takes each for a class\)/)
  expect(stderr).toMatch(/R² 0\.9\d+ {2}validation/)
  expect(stdout).toMatch(/Test R² 0\.9/)
  expect(stdout).toMatch(/predicting its training mean, [\d,]+: MAE [\d,]+, RMSE/)
  expect(code).toBe(0)
})

describe('a table with numbers to predict', () => {
  it('is learned in its units, and better than by its mean', async () => {
    const { task, test, validation, baseline, target } = json(join(run, 'summary.json'))
    expect({ task, target }).toEqual({ task: 'regress', target: 'price' })
    expect(test.r2).toBeGreaterThan(0.9)
    expect(validation.r2).toBeGreaterThan(0.9)
    expect(test.meanAbsoluteError).toBeGreaterThan(8000)
    expect(test.meanAbsoluteError).toBeLessThan(baseline.meanAbsoluteError / 3)
    for (const file of ['curves.svg', 'predictions.svg', 'example.csv']) expect(existsSync(join(run, file))).toBe(true)
    expect(readFileSync(join(run, 'predictions.svg'), 'utf8')).toContain('predicted price')
  })

  it('has a report with the parts that are stored', async () => {
    await expect(sectionsOf(run)).toMatchFileSnapshot('snapshots/report-of-regress.txt')
  })

  it('is predicted and evaluated alike, and the errors are those of the predictions', async () => {
    const { stdout } = await gentle(['eval', run, '--json'])
    const { test } = json(join(run, 'summary.json'))
    const figures = JSON.parse(stdout)
    expect(figures).toMatchObject(test)
    const out = place('test.csv')
    await gentle(['predict', run, '--out', out])
    const [header, ...rows] = readFileSync(out, 'utf8').trim().split('\n')
    expect(header).toBe('area,rooms,age,distance,price,predicted_price')
    expect(rows).toHaveLength(figures.examples)
    const numbers = rows.map((row) => row.split(',').map(Number))
    const mean = (of: (truth: number, predicted: number) => number): number =>
      numbers.reduce((sum, [, , , , truth, predicted]) => sum + of(truth, predicted), 0) / numbers.length
    expect(mean((truth, predicted) => Math.abs(truth - predicted))).toBeCloseTo(test.meanAbsoluteError, 0)
    const average = mean((truth) => truth)
    const unexplained = mean((truth, predicted) => (truth - predicted) ** 2) / mean((truth) => (truth - average) ** 2)
    expect(1 - unexplained).toBeCloseTo(test.r2, 4)
  })

  it('gives predictions for rows without the label, whose columns are matched by name', async () => {
    const rows = [
      [100, 4, 20, 3],
      [60, 2, 90, 12],
    ]
    const ordered = write('rows.csv', `area,rooms,age,distance\n${rows.map((row) => row.join()).join('\n')}\n`)
    const { stdout } = await gentle(['predict', run, ordered, '--json'])
    const predicted = JSON.parse(stdout).map(({ prediction }: { prediction: number }) => prediction)
    expect(predicted[0]).toBeGreaterThan(predicted[1])
    const turned = rows.map(([area, rooms, age, distance]) => ['x', distance, age, 0, rooms, area].join())
    const shuffled = write('shuffled.csv', `note,distance,age,price,rooms,area\n${turned.join('\n')}\n`)
    const out = place('predicted.csv')
    const again = await gentle(['predict', run, shuffled, '--out', out])
    expect(again.stderr).toMatch(/not an input of .*run, and skipped: note/)
    expect(again.stderr).toMatch(/column price is what is predicted, and is not looked at/)
    const [header, ...lines] = readFileSync(out, 'utf8').trim().split('\n')
    expect(header).toBe('note,distance,age,price,rooms,area,predicted_price')
    for (const [i, line] of lines.entries()) expect(Number(line.split(',').at(-1))).toBeCloseTo(predicted[i], -1)
    const bare = write('bare.csv', rows.map((row) => row.join()).join('\n'))
    expect(JSON.parse((await gentle(['predict', run, bare, '--json'])).stdout)[1].prediction).toBe(predicted[1])
    const lacking = write('lacking.csv', 'area,rooms\n1,2\n')
    expect((await gentle(['predict', run, lacking])).stderr).toMatch(
      /no column 'age', 'distance'; the model takes 'area'/,
    )
    expect((await gentle(['predict', run, bare, '--logits'])).stderr).toMatch(/--logits is not for .*regress/)
    expect((await gentle(['predict', run, 'photo.png'])).stderr).toMatch(/takes rows of 4 numbers/)
  })

  it('is evaluated with its columns in another order, and refused without one of them', async () => {
    const [names, ...rows] = houses(400)
    const order = [4, 2, 0, 3, 1]
    const turned = [names, ...rows].map((row) => order.map((column) => row[column]).join()).join('\n')
    const { stdout } = await gentle(['eval', run, '--data', write('turned.csv', turned), '--json'])
    expect(JSON.parse(stdout).r2).toBeCloseTo(json(join(run, 'summary.json')).test.r2, 6)
    const fewer = [names, ...rows].map((row) => row.slice(1).join()).join('\n')
    expect((await gentle(['eval', run, '--data', write('fewer.csv', fewer)])).stderr).toMatch(/no column 'area'/)
  })

  it('goes to other formats in its units', async () => {
    const example = join(run, 'example.csv')
    const own = JSON.parse((await gentle(['predict', run, example, '--json'])).stdout)
    const exports = { onnx: place('houses.onnx'), tfjs: place('tfjs'), safetensors: place('houses.safetensors') }
    for (const [format, out] of Object.entries(exports))
      expect((await gentle(['export', run, '--format', format, '--out', out])).code).toBe(0)
    const web = join(exports.tfjs, 'model.json')
    const outputs = JSON.parse((await gentle(['predict', web, example, '--logits', '--json'])).stdout)
    // An ONNX file says, beside, that it predicts numbers, and of what columns.
    const again = JSON.parse((await gentle(['predict', exports.onnx, example, '--json'])).stdout)
    for (const [i, { prediction }] of own.entries()) {
      expect(outputs[i].outputs[0] / prediction).toBeCloseTo(1, 4)
      expect(again[i].prediction / prediction).toBeCloseTo(1, 4)
    }
    expect(JSON.parse((await gentle(['predict', exports.safetensors, example, '--json'])).stdout)).toEqual(own)
    expect((await gentle(['summary', run])).stdout).toMatch(/units +standardize/)
  })

  it('goes on after an interruption to the same bits', async () => {
    const flags = ['train', 'mlp', '--data', table, '--epochs', '8', '--quiet', '--run-dir']
    const [whole, stopped] = [place('whole'), place('stopped')]
    expect((await gentle([...flags, whole])).code).toBe(0)
    const interrupted = await gentleProcess(flags.filter((flag) => flag !== '--quiet').concat(stopped), {
      onNote: (text, kill) => void (text.includes('epoch 3/8') && kill('SIGINT')),
    })
    expect([0, 130]).toContain(interrupted.code)
    expect((await gentle(['train', '--resume', stopped, '--quiet'])).code).toBe(0)
    const weights = (of: string) => readFileSync(join(of, 'weights/last.safetensors'))
    expect(weights(stopped).equals(weights(whole))).toBe(true)
  })

  it('of one or two inputs is drawn as a curve or a surface', async () => {
    for (const [name, drawn] of [
      ['temperature', tableText(temperatures(120))],
      ['rent', tableText(rents(120))],
    ]) {
      const data = write(`${name}.csv`, drawn)
      const flags = ['--data', data, '--task', 'regress', '--epochs', '3', '--run-dir', place(name), '--quiet']
      expect((await gentle(['train', ...flags])).code).toBe(0)
      expect(readFileSync(join(place(name), 'fit.svg'), 'utf8')).toContain(name)
    }
  })

  it('is described by its columns', async () => {
    const { columns, examples } = JSON.parse((await gentle(['data', table, '--json'])).stdout)
    expect(Object.keys(columns)).toEqual(['area', 'rooms', 'age', 'distance', 'price'])
    expect(examples).toEqual({ train: 280, validation: 60, test: 60 })
    expect(columns.age.min).toBeGreaterThanOrEqual(0)
    expect((await gentle(['data', 'describe', table])).stdout).toMatch(/price to predict/)
  })

  it.each([
    [['--label', 'area,rooms'], /no column area,rooms.*the label is one column/],
    [['--augment', 'flip'], /--augment is not for --task regress/],
    [['--class-weights', 'balanced'], /--class-weights is not for --task regress/],
    [['--pretrained', 'x.pth'], /--pretrained is not for --task regress/],
  ])('refuses %j', async (flags, message) => {
    const { code, stderr } = await gentle(['train', 'mlp', '--data', table, ...flags])
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })

  it('is refused where there is nothing to predict, or nothing to predict it from', async () => {
    const same = write('same.csv', `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},7.5`).join('\n')}`)
    const regress = (...args: string[]) => gentle(['train', ...args, '--task', 'regress'])
    expect((await regress('mlp', '--data', same)).stderr).toMatch(/y is 7\.5 in every training row/)
    const far = write('far.csv', `x,t\n${Array.from({ length: 40 }, (_, i) => `${i},${1.7e9 + 100 * i}`).join('\n')}`)
    expect((await regress('mlp', '--data', far)).stderr).toMatch(/too little for numbers of 32 bits/)
    expect((await regress('mlp', '--data', 'moons')).stderr).toMatch(/--task regress needs a table/)
    expect((await regress('lenet5', '--data', table)).stderr).toMatch(/choose from mlp, perceptron/)
  })
})

describe('a table with classes', () => {
  const flowers = write(
    'flowers.csv',
    `width,length,kind\n${Array.from({ length: 90 }, (_, i) => `${1000 + (i % 9)},${i % 7},${i % 9 > i % 7 ? 'wide' : 'long'}`).join('\n')}`,
  )
  const flowersRun = place('flowers')

  beforeAll(async () => {
    const made = await gentle(['train', 'mlp', '--data', flowers, '--epochs', '20', '--run-dir', flowersRun, '--quiet'])
    expect(made.code).toBe(0)
  })

  it('is standardized: a column far from 0 is learned as well', () => {
    expect(json(join(flowersRun, 'summary.json')).test.accuracy).toBeGreaterThan(0.85)
  })

  it('has its columns at the axes of the decision boundary', () => {
    const svg = readFileSync(join(flowersRun, 'boundary.svg'), 'utf8')
    expect(svg).toMatch(/>width<.*>length<|>length<.*>width</s)
    expect(svg).not.toContain('first input')
  })

  it('gives classes for rows without labels, as text, JSON and CSV', async () => {
    const rows = write('few.csv', 'length,width\n0,1008\n6,1000\n')
    const { stdout } = await gentle(['predict', flowersRun, rows])
    expect(stdout).toMatch(/^row 1 {2}wide [\d.]+ % {2}long [\d.]+ %\nrow 2 {2}long/)
    const [first] = JSON.parse((await gentle(['predict', flowersRun, rows, '--json'])).stdout)
    expect(first).toMatchObject({ row: 1, predictions: [{ label: 'wide' }, { label: 'long' }] })
    const out = place('few-predicted.csv')
    await gentle(['predict', flowersRun, rows, '--out', out])
    expect(readFileSync(out, 'utf8')).toMatch(
      /^length,width,predicted_kind,probability\n0,1008,wide,[\d.]+\n6,1000,long,/,
    )
    expect((await gentle(['predict', flowersRun, rows, '--out', place('few.txt')])).stderr).toMatch(
      /is not a \.csv file/,
    )
  })
})
