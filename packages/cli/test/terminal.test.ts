import { describe, expect, it } from 'vitest'
import { answersText } from '../src/evaluate/answers-text.ts'
import { spread, spreadTable } from '../src/experiments/results.ts'
import { progressLine, trainingProgress } from '../src/terminal/progress.ts'
import { lossText, shownOn, table } from '../src/terminal/terminal.ts'
import { fitted, lengthOf, wrapped } from '../src/terminal/wrap.ts'
import { epochLines } from '../src/train/epoch-lines.ts'

const longest = (text: string): number => Math.max(...text.split('\n').map(lengthOf))

it('lines are broken between columns, and between words where a column is too long', () => {
  expect(wrapped('a.png  food 66.78 %  animals 26.99 %', 24)).toEqual(['a.png  food 66.78 %', '  animals 26.99 %'])
  expect(wrapped('one two three four', 10)).toEqual(['one two', '  three', '  four'])
  // A word is never broken, and colours take no room.
  expect(wrapped('at /a/very/long/path.png', 10)).toEqual(['at', '  /a/very/long/path.png'])
  expect(wrapped('\u001b[1mone two\u001b[0m three', 13)).toHaveLength(1)
})

it('what a terminal would obey is shown as its number, but for ends of lines, colours and bold letters', () => {
  expect(shownOn(process.stdout, 'a \u001b[1mclass\u001b[0m\nnamed \u001b[2J\r\u009b1A\u2028')).toBe(
    'a \u001b[1mclass\u001b[0m\nnamed \\u001b[2J\\u000d\\u009b1A\\u2028',
  )
})

it('indented lines are left alone: tables, drawings, commands to copy', () => {
  expect(fitted('one two three\n  gentle train --resume runs/a', 9)).toBe(
    'one two\n  three\n  gentle train --resume runs/a',
  )
})

it('the last column of a table is broken for a narrow terminal', () => {
  const rows = [
    ['name', 'size', 'description'],
    ['cifar10', '162.2 MiB', '60,000 colour pictures of 32 x 32'],
  ]
  expect(table(rows).split('\n')).toHaveLength(2)
  const narrow = table(rows, 40)
  expect(longest(narrow)).toBeLessThanOrEqual(40)
  expect(narrow).toContain('162.2 MiB')
})

const figures = [
  { text: 'loss 0.0474', spare: 1 },
  { text: 'accuracy 98.79 %', spare: 2 },
  { text: '12,345/s', spare: 3 },
  { text: '12:07 left', spare: 0 },
]

it('the progress line fits 40 columns and up, and says at any width how long it takes', () => {
  for (let columns = 40; columns <= 120; columns++) {
    const line = progressLine(0.5, { what: 'epoch 120/300', figures }, columns)
    expect(line.length).toBeLessThanOrEqual(columns)
    expect(line).toMatch(/^epoch 120\/300 █+░+ .*12:07 left$/)
  }
  expect(progressLine(0.5, { what: 'epoch 120/300', figures }, 80)).toContain('accuracy 98.79 %  12,345/s')
  expect(progressLine(0.5, { what: 'epoch 120/300', figures }, 60)).toContain('loss 0.0474')
})

describe('the line of a training', () => {
  const report = { step: 8591, steps: 17_180, epoch: 11, train: { loss: 0.04742, accuracy: 0.98787 } }
  const score = { of: 'accuracy', name: 'accuracy', isShare: true }
  const pace = { stepsPerSecond: 12, examplesPerSecond: 12_345, waiting: 0.034 }
  const at = (columns: number): string => progressLine(0.5, trainingProgress(report, 20, score, pace), columns)

  it('names everything where there is room', () => {
    expect(at(140)).toBe(
      'epoch 11/20 ████████░░░░░░░░ step 1/859  loss 0.0474  accuracy 98.79 %  12,345/s  3 % waiting for data  left: epoch 1:11, all 11:55',
    )
  })

  it('has epoch, step, loss, metric, speed, share of waiting and time left at 120, 80 and 60 columns', () => {
    for (const columns of [120, 80, 60]) {
      const line = at(columns - 1)
      expect(line.length).toBeLessThan(columns)
      for (const part of [
        /^(epoch )?11\/20/,
        ' 1/859',
        '0.0474',
        '98.79 %',
        '12,345/s',
        /data 3 %|3 % waiting/,
        /1:11\b.*11:55/,
      ])
        expect(line).toMatch(part)
    }
  })

  it('fits any width from 40 columns on', () => {
    for (let columns = 40; columns <= 160; columns++) {
      expect(at(columns).length).toBeLessThanOrEqual(columns)
      expect(at(columns)).toMatch(/^(epoch )?11\/20 .*11:55/)
    }
  })

  it('says nothing of the time before it is known', () => {
    const { figures } = trainingProgress(report, 20, undefined, undefined)
    expect(figures.map(({ text }) => text)).toEqual(['step 1/859', 'loss 0.0474'])
  })
})

it('a loss that went astray is written short', () => {
  expect(lossText(0.04736)).toBe('0.0474')
  expect(lossText(99_999)).toBe('99999.0000')
  expect(lossText(45_320_123_456.7)).toBe('4.53e+10')
})

it('several examples have as many answers each as the terminal has room for', () => {
  const lines = ['cat.png', 'a-longer-name.png'].map((name) => ({
    name,
    answers: ['cat 90.00 %', 'dog 8.00 %', 'bird 2.00 %'],
    verdict: '✓',
  }))
  expect(answersText(lines, 200)).toContain('bird')
  const narrow = answersText(lines, 50)
  expect(longest(narrow)).toBeLessThanOrEqual(50)
  expect(narrow).toMatch(/cat\.png +cat 90\.00 % +dog 8\.00 % +✓/)
  expect(answersText(lines.slice(0, 1), 20)).toContain('bird 2.00 %')
})

/** Lines of a training whose epochs last so many seconds each, and are better than all before where `best` says so. */
function told(
  epochs: number,
  seconds: number,
  best: (epoch: number) => boolean,
  { ended = epochs, inTerminal = true } = {},
): string[] {
  let now = 0
  const lines = epochLines(epochs, { monitor: 'accuracy', scoreName: 'accuracy' }, { inTerminal, seconds: () => now })
  const all = Array.from({ length: ended }, (_, i) => {
    now += seconds
    const part = { loss: 1e9, accuracy: 0.5 }
    const report = { epoch: i + 1, train: part, validation: part, seconds, examplesPerSecond: 100, best: best(i + 1) }
    return lines.next(report as never)
  })
  return [...all, lines.last()].filter((line) => line !== undefined)
}

it('on a pipe each epoch has a line, however short it is', () => {
  const lines = told(400, 0.01, (epoch) => epoch === 37, { inTerminal: false })
  expect(lines.map((line) => Number(/epoch +(\d+)/.exec(line)![1]))).toEqual(
    Array.from({ length: 400 }, (_, i) => i + 1),
  )
  expect(lines.filter((line) => line.includes('best'))).toEqual([lines[36]])
})

it('in a terminal up to thirty epochs have a line each, of hundreds of short ones about twenty have, and long ones all', () => {
  expect(told(30, 0.1, () => false)).toHaveLength(30)
  const many = told(400, 0.1, () => false)
  expect(many).toHaveLength(21)
  expect(many[1]).toMatch(/^epoch {2}20\/400 {2}train 1\.00e\+9 50\.00 %/)
  expect(Math.max(...many.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(told(400, 6, () => false)).toHaveLength(400)
})

it('a best epoch without a line is named in the next one; the last epoch has a line, also when training stopped early', () => {
  const lines = told(400, 0.1, (epoch) => epoch === 37 || epoch === 60, { ended: 63 })
  expect(lines.map((line) => /epoch +(\d+)/.exec(line)![1])).toEqual(['1', '20', '40', '60', '63'])
  expect(lines[2]).toMatch(/ {2}best: 37$/)
  expect(lines[3]).toMatch(/ {2}best$/)
  expect(lines[4]).not.toContain('best')
})

it('a table of an experiment has the range over the seeds where there is room, else the means', () => {
  const rows = [
    ['examples', 'loss'],
    ['10', spread([0.25, 0.5], (value) => value.toFixed(2))],
  ]
  expect(spreadTable(rows, 80)).toContain('0.38 (0.25 to 0.50)')
  const [, line, remark] = spreadTable(rows, 20).split('\n')
  expect(line).toMatch(/^ +10 +0\.38$/)
  expect(remark).toMatch(/^no room in 20 columns/)
})
