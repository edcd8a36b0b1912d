/** Every task under a real mpirun: several ranks come to the weights and the scores of one process. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { houses, tableText } from '../../../examples/tables/tables.ts'
import { hasMpirun, runRanks, unlessThere } from '../../gentle/test/distributed/mpirun.ts'
import { temporaryFolder } from './command.ts'
import { scenes } from './task-runs.ts'
import { toneSet } from './tones.ts'

const folder = temporaryFolder()
const main = 'packages/cli/src/main.ts'
const few = ['--batch-size', '16', '--threads', '1', '--seed', '1']
const twice = ['--epochs', '2']
/** Of scenes there are 1,500 beside those for training, on which scores take longer than steps. */
const once = ['--epochs', '1']

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Texts that are told in digits and in words. */
function digits(): string {
  const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
  const lines = Array.from({ length: 160 }, (_, i) => {
    const each = Array.from(String(i * 6))
    return `${each.join(' ')}\t${each.map((digit) => names[Number(digit)]).join(' ')}\n`
  })
  return file('digits.tsv', lines.join(''))
}

/** Small pictures in two classes, bright above or below, in colours by chance. */
async function pictures(): Promise<string> {
  const place = join(folder, 'pictures')
  for (const [label, name] of ['above', 'below'].entries()) {
    mkdirSync(join(place, name), { recursive: true })
    for (let i = 0; i < 40; i++) {
      const pixels = Uint8Array.from({ length: 3 * 16 * 16 }, (_, at) => {
        const isBright = at < 3 * 128 === (label === 0)
        return (isBright ? 140 : 20) + ((at * 31 + i * 57) % 90)
      })
      const image = sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
      await image.png().toFile(join(place, name, `${i}.png`))
    }
  }
  return place
}

const tasks: Readonly<Record<string, () => readonly string[] | Promise<readonly string[]>>> = {
  translation: () => ['gnmt', '--data', `pairs:${digits()}`, '--units', '32', ...twice],
  speech: () => ['deepspeech', '--data', `speech:${toneSet(60)}`, '--layers', '1', '--units', '24', ...twice],
  'streamed speech': () => [
    'deepspeech_online',
    '--data',
    `speech:${toneSet(60)}`,
    '--layers',
    '1',
    '--units',
    '24',
    ...twice,
  ],
  localization: () => ['--preset', 'localize-scenes', '--data', scenes('objects=1-1,train=96'), ...once],
  detection: () => ['--preset', 'detect-scenes', '--data', scenes('objects=1-2,train=96'), ...once],
  segmentation: () => ['--preset', 'segment-scenes', '--data', scenes('objects=1-2,train=96'), ...once],
  'a table of numbers': () => ['mlp', '--data', file('houses.csv', tableText(houses(200))), ...twice],
  'a table of classes': () => ['mlp', '--data', 'moons', ...twice],
  'pictures whose network and settings are chosen': async () => ['--data', `images:${await pictures()}`, ...twice],
}

const weightsOf = (run: string): string =>
  createHash('sha256')
    .update(readFileSync(join(run, 'weights', 'last.safetensors')))
    .digest('hex')
const json = (run: string, name: string) => JSON.parse(readFileSync(join(run, name), 'utf8'))

describe.runIf(hasMpirun)(`gentle train by several ranks${unlessThere}`, () => {
  it.each(Object.entries(tasks))('%s: comes to the weights and scores of one process', async (name, wordsOf) => {
    const words = await wordsOf()
    const [alone, three] = ['alone', 'three'].map((each) => join(folder, `${name} ${each}`))
    for (const [ranks, run] of [
      [1, alone],
      [3, three],
    ] as const) {
      const { code, notes } = await runRanks(ranks, [main, 'train', ...words, ...few, '--run-dir', run])
      expect(code, notes).toBe(0)
      // Once, by one of them.
      if (name.startsWith('pictures')) expect(notes.match(/choosing a learning rate/g)?.length).toBe(1)
    }
    expect(weightsOf(three)).toBe(weightsOf(alone))
    const [first, second] = [alone, three].map((run) => json(run, 'summary.json'))
    expect(second.test).toEqual(first.test)
  })
})
