/** Tables, policies of augmentation, sounds, and n-gram models. */

import { policies, settlePolicy } from '../../../packages/gentle/src/data/augmentation/policy.ts'
import { csvPoints } from '../../../packages/gentle/src/data/csv.ts'
import { bestOfRun, curveOfRun, metricsOfRuns, readRun } from '../../../packages/gentle/src/entries/inspect.ts'
import { countNgrams, readArpa, writeArpa } from '../../../packages/gentle/src/language/index.ts'
import { readWave } from '../../../packages/gentle/src/speech/index.ts'
import { changeJson } from '../change-json.ts'
import { changeText } from '../change-text.ts'
import { type FuzzedReader, textOf, utf8 } from '../fuzzed-reader.ts'
import { bytesFrom, golden } from '../goldens.ts'

export const csv = (): FuzzedReader => ({
  seeds: [
    'width,height,kind\n1,2,cat\n3.5,4,dog\n-5,6e1,cat\n7,8,dog\n',
    '"a";"b";"label"\n"1,5";"2";"x"\n"3,5";"4";"y, z"\n"5";"6,25";"x"\n',
    '0\t1\t2\n1\t3\t4\n0\t5\t6\n',
    'id,price,rooms\r\n1,10.5,2\r\n2,20.25,3\r\n3,30,4\r\n',
  ].map(utf8),
  changes: [changeText],
  read: (bytes) => csvPoints(bytes, { targets: 'auto' }),
})

export const policy = (): FuzzedReader => ({
  seeds: [
    ...Object.values(policies).map((each) => utf8(JSON.stringify(each))),
    utf8(
      '[{"type":"rotate","degrees":10},{"type":"crop","padding":4},{"type":"erase","probability":0.5},{"type":"mixUp","alpha":0.2}]',
    ),
  ],
  changes: [changeJson],
  read: (bytes) => {
    let value: unknown
    try {
      value = JSON.parse(textOf(bytes))
    } catch {
      return undefined
    }
    return settlePolicy(value)
  },
})

/** A form feed, which no file of a run has, before the name of each. */
const runFiles = (files: Readonly<Record<string, string>>): Uint8Array =>
  utf8(
    Object.entries(files)
      .map(([name, text]) => `\f${name}\n${text}`)
      .join(''),
  )

const described = JSON.stringify({
  settings: { model: 'mlp', data: 'moons', epochs: 2, seed: 0, augment: ['flip'], optimizer: 'adam' },
  examples: { train: 1000, validation: 500, test: 500 },
  score: { monitor: 'accuracy', name: 'accuracy', isShare: true },
  machine: { threads: 2, node: '26.10.0' },
})

const epochs =
  'epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,examples_per_second,seconds\n1,0.5,0.75,0.4,0.8,0.1,12000,0.5\n2,0.3,0.85,NaN,0.9,0.01,13000.5,0.25\n'

/** The files of a run folder that are read to list runs and to compare them. */
export const run = (): FuzzedReader => ({
  seeds: [
    runFiles({
      'run.json': described,
      'metrics.csv': epochs,
      'summary.json': '{"epochs":2,"test":{"loss":0.1,"accuracy":0.9}}',
    }),
    runFiles({
      'run.json': described,
      'metrics.csv': epochs,
      'diverged.json': '{"step":7,"message":"the loss became NaN"}',
    }),
    runFiles({ 'metrics.csv': epochs }),
  ],
  changes: [changeText],
  read: (bytes) => {
    const parts = textOf(bytes)
      .split('\f')
      .slice(1)
      .map((part) => [part.split('\n', 1)[0], part.slice(part.indexOf('\n') + 1)])
    const read = readRun({ name: 'run', files: Object.fromEntries(parts), changed: 0, pictures: [] })
    return metricsOfRuns([read]).map((metric) => [bestOfRun(read, metric), curveOfRun(read, metric)])
  },
})

export const wave = (): FuzzedReader => ({
  seeds: golden<{ files: { bytes: string }[] }>('sounds').files.map(({ bytes }) => bytesFrom(bytes)),
  read: (bytes) => readWave(bytes),
})

export const arpa = (): FuzzedReader => ({
  seeds: [
    utf8(
      writeArpa(
        countNgrams(
          [
            ['press', 'one', 'to', 'listen'],
            ['press', 'two', 'to', 'cancel'],
            ['to', 'listen', 'press', 'one'],
          ],
          { order: 3 },
        ),
      ),
    ),
  ],
  changes: [changeText],
  read: (bytes) => readArpa(bytes),
})
