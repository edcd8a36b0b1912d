import { Conv2d, createModel, Flatten, Linear, type RunFolder, reference, Sequential } from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'
import { beforeAll, describe, expect, it, test } from 'vitest'
import { classificationSections } from '../src/report/classification/sections.ts'
import { curvesSection } from '../src/report/curves.ts'
import { environmentSection, repeatSection } from '../src/report/environment.ts'
import { headline } from '../src/report/headline.ts'
import { html } from '../src/report/html.ts'
import { pageText } from '../src/report/page.ts'
import type { RunFacts } from '../src/report/run-facts.ts'
import { settingsSection } from '../src/report/settings-section.ts'
import { timeSection } from '../src/report/time.ts'
import { wilson } from '../src/runs/significance.ts'
import { elementsOf, outlineOf, strangersIn } from './report-pages.ts'

/** Names that try to be more than names. */
const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style></section><base href="http://example.com/">',
  '&lt;b&gt; \u0000\u001b[31m \u202e \ud800',
]

const text = hostile.join(' ')

const history = [1, 2, 3].map((epoch) => ({
  epoch,
  train: { loss: 1 / epoch, accuracy: 1 - 0.5 / epoch },
  validation: { loss: 1.2 / epoch, accuracy: 1 - 0.6 / epoch },
  learningRate: 0.01 / epoch,
  seconds: 2,
  examplesPerSecond: 20,
  best: true,
}))

const facts: RunFacts = {
  path: `runs/${text}`,
  name: text,
  task: 'classify',
  settings: { model: 'lenet5', data: text, task: 'classify', epochs: 4, augment: 'flip', label: text },
  description: {
    command: ['train', 'lenet5', '--data', text],
    versions: { [text]: text },
    machine: { processor: text },
  },
  history,
}

const summary = {
  bestEpoch: 3,
  parameters: 1234,
  seconds: 6,
  examplesPerSecond: 20,
  train: { loss: 0.1, accuracy: 0.99 },
  validation: { loss: 0.2, accuracy: 0.9 },
  test: { loss: 0.2, accuracy: 0.8 },
}

const accuracy = { monitor: 'accuracy', name: 'accuracy', isShare: true }

const set = inMemory({
  inputs: Float32Array.from({ length: 60 * 36 }, (_, i) => ((i * 7) % 11) / 11),
  inputShape: [1, 6, 6],
  targets: Int32Array.from({ length: 60 }, (_, i) => i % 5),
  classes: hostile,
})

const splits = { train: set, validation: set, test: { ...set, nameOf: (i: number) => `${text} ${i}` } }

async function pageOf(of: RunFacts): Promise<string> {
  const layer = Sequential({ conv: Conv2d(3, 3), flat: Flatten(), fc: Linear(5) })
  const model = await createModel(layer, [1, 6, 6], { seed: 1, classes: hostile, backend: reference() })
  const data = { splits, shown: splits, changed: () => set }
  // Without a summary no file of the run is asked for.
  const seen = await classificationSections({ run: {} as RunFolder, facts: { ...of, summary: undefined }, model }, data)
  const times = { examples: 8, data: 1, forward: 2, backward: 4, update: 1 }
  return pageText({
    title: `lenet5 on ${text}`,
    subtitle: html`Classification: ${text}`,
    ...(of.summary === undefined ? { live: html`Not at its end: ${text}` } : {}),
    headline: headline(of, accuracy),
    sections: [
      await curvesSection(of, accuracy),
      ...seen,
      await timeSection(of, times),
      settingsSection(of, undefined),
      environmentSection(of),
      repeatSection(of),
    ],
    made: new Date(0),
  })
}

describe('a report', () => {
  let page: string
  beforeAll(async () => {
    page = await pageOf(facts)
  })

  it('is a page whose tags are all its own, whatever names, files and settings hold', () => {
    // The parser refuses what is not closed, and a letter that no document may hold.
    const names = new Set(elementsOf(page).map(({ name }) => name))
    expect(names).not.toContain('script')
    expect(names).not.toContain('base')
    expect(elementsOf(page).filter(({ name }) => name === 'section')).toHaveLength(12)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toMatch(/<script|onerror=alert\(1\)>/)
  })

  it('points nowhere outside itself and runs nothing', () => {
    expect(strangersIn(page)).toEqual([])
    const [policy] = elementsOf(page).filter(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy')
    expect(policy.attributes.content).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/)
  })

  it('has the parts that are stored', async () => {
    await expect(outlineOf(page)).toMatchFileSnapshot('snapshots/report-of-classes.txt')
  })

  it('has links to all of its sections, and a text for each picture', () => {
    const elements = elementsOf(page)
    const ids = elements.filter(({ name }) => name === 'section').map(({ attributes }) => `#${attributes.id}`)
    expect(elements.filter(({ name }) => name === 'a').map(({ attributes }) => attributes.href)).toEqual(ids)
    const pictures = elements.filter(({ name }) => name === 'img')
    expect(pictures.length).toBeGreaterThan(20)
    for (const { attributes } of pictures) expect(attributes.alt).not.toBe('')
  })
})

test('texts are escaped in a template, HTML is not, and what is not there leaves nothing', () => {
  const item = (name: string) => html`<li title="${name}">${name}</li>`
  expect(html`<ul>${[item('a & b'), item(`"'<>`)]}${undefined}</ul>`.text).toBe(
    '<ul><li title="a &amp; b">a &amp; b</li><li title="&quot;&#39;&lt;&gt;">&quot;&#39;&lt;&gt;</li></ul>',
  )
  expect(html`${'\u202e\u0000\u009b\ud800'} ${1.5}`.text).toBe('\ufffd\ufffd\ufffd\ufffd 1.5')
})

test('what tests look for is found: a script, an address, a handler, a style that loads', () => {
  expect(strangersIn('<html><script>1</script></html>')).toEqual(['script'])
  expect(strangersIn('<html><img src="http://a.example/b.png"/></html>')).toEqual(['img src=http://a.example/b.png'])
  expect(strangersIn('<html><p onclick="x">a</p><style>a{background:url(b)}</style></html>')).toEqual([
    'p onclick',
    'url(',
  ])
  expect(() => elementsOf('<html><p></html>')).toThrow()
})

test('a finished training has its test score at the top with what chance leaves open; one under way those of its epochs', async () => {
  const finished = headline({ ...facts, summary, description: { examples: { test: 100 } } }, accuracy).text
  expect(finished).toMatch(/Test accuracy<\/div><div class="value">80\.00 %/)
  // Wilson's interval of 80 of 100.
  expect(finished).toContain('71.1\u00a0% to 86.7\u00a0%')
  expect(wilson(0.8, 100).map((share) => Number(share.toFixed(4)))).toEqual([0.7112, 0.8666])
  const live = headline(facts, accuracy).text
  expect(live).toContain('3 of 4')
  expect(live).toMatch(/Validation accuracy, the best so far<\/div><div class="value">80\.00 %/)
  expect(live).not.toContain('Test')
})

test('settings say whether they were given, are the default, or were chosen', () => {
  const run = {
    ...facts,
    settings: {
      ...facts.settings,
      data: 'd',
      label: undefined,
      batchSize: 32,
      learningRate: 0.5,
      optimizer: 'sgd',
      momentum: 0.9,
      schedule: 'linear',
      seed: 0,
      threads: 2,
    },
  }
  const given = {
    ...run,
    description: { command: ['train', 'lenet5', '--data', 'd', '--lr=0.5', '--epochs', '4'] },
  } as RunFacts
  const prepared = {
    recipe: { epochs: 9, batchSize: 64, optimizer: 'sgd', learningRate: 0.1 },
    splits: { train: { length: 1000 } },
  }
  const rows = settingsSection(given, prepared as never)
    .body.text.match(/<tr>.*?<\/tr>/g)!
    .map((row) => row.replace(/<\/td>/g, '|').replace(/<[^>]*>/g, ''))
  expect(rows).toContain('--model|lenet5|given||')
  expect(rows).toContain('--epochs|4|given|9|')
  expect(rows).toContain('--learning-rate|0.5|given|0.1|')
  expect(rows).toContain('--batch-size|32|chosen for the data|64|')
  expect(rows).toContain('--momentum|0.9|default||')
})
