/** Tables, policies of augmentation, sounds, and n-gram models. */

import { policies, settlePolicy } from '../../../packages/gentle/src/data/augmentation/policy.ts'
import { csvPoints } from '../../../packages/gentle/src/data/csv.ts'
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
