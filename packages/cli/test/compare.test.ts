import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { growth } from 'gentle-dl/models'
import { describe, expect, it } from 'vitest'
import { comparisonText } from '../src/networks/compare-text.ts'
import { bySource } from '../src/terminal/sources.ts'
import { wrapped } from '../src/terminal/wrap.ts'
import { gentle, temporaryFolder } from './command.ts'

describe('gentle compare', () => {
  it('sets networks side by side, with years, times and sources', async () => {
    const { networks, sources } = JSON.parse((await gentle(['compare', 'perceptron', 'lenet5', '--json'])).stdout)
    expect(networks.map(({ name }: { name: string }) => name)).toEqual(['perceptron', 'lenet5'])
    const [perceptron, lenet5] = networks
    expect(lenet5).toMatchObject({ year: 1998, parameters: 61_706, macs: 416_520, flops: 833_040 })
    expect(lenet5.parameterBytes).toBe(4 * 61_706)
    for (const { seconds, paper } of [perceptron, lenet5]) {
      expect(seconds).toBeGreaterThan(0)
      expect(paper).not.toBe('')
    }
    expect(sources.measured).toContain('threads')
  })

  it("tells the lecture's figures of growth beside those counted of its networks", async () => {
    const { stdout } = await gentle(['compare', 'lenet5', '--no-measure'])
    expect(stdout).toMatch(/ResNet +2015 +7 +10\.6 +60 M +60 M/)
    expect(stdout).toMatch(/Deep Speech 2 +2016 +20 +43\.6 +300 M +144 M/)
    expect(stdout).toMatch(/Google's neural machine translation +2017 +100 +9\.9 +8,700 M +281 M/)
    expect(stdout).not.toContain('GFLOP/s')
  })

  it('keeps pictures and figures, each with its sources', async () => {
    const folder = join(temporaryFolder(), 'compared')
    const svg = join(temporaryFolder(), 'all.svg')
    await gentle(['compare', 'mlp', 'lenet5', '--no-measure', '--out', folder, '--svg', svg])
    expect(readdirSync(folder).sort()).toEqual([
      'compare.json',
      'cost-by-accuracy.svg',
      'cost-by-year.svg',
      'growth.svg',
    ])
    expect(readFileSync(join(folder, 'growth.svg'), 'utf8')).toContain('ResNet: 7 exaflops, 60 M parameters')
    const all = readFileSync(svg, 'utf8')
    for (const words of ['lenet5', '1998', 'on growing complexity']) expect(all).toContain(words)
  })
})

describe('the text of a comparison', () => {
  const network = {
    ...{ name: 'alexnet_original', year: 2012, paper: 'Krizhevsky et al.', inputShape: [3, 227, 227], classes: 1000 },
    ...{ parameters: 60_970_000, macs: 724e6, flops: 1448e6, parameterBytes: 244e6, inferenceBytes: 1e6, seconds: 0.1 },
    top1: { value: 59.3, source: 'the paper' },
  }
  const comparison = { networks: [network], growth: growth(), sources: { counted: 'counted from the networks' } }
  const textAt = (room: number): string => comparisonText(comparison, room)

  it.each([60, 80, 120])('fits a terminal of %i columns', (room) => {
    for (const line of textAt(room).split('\n')) expect(line.length, line).toBeLessThanOrEqual(room)
  })

  it('tells which columns have no room', () => {
    expect(textAt(80)).toContain('no room in 80 columns: GFLOP/s, multiply-adds')
    expect(textAt(80)).toContain('top-1')
    expect(textAt(120)).not.toContain('no room')
    expect(textAt(120)).toMatch(/multiply-adds +FLOPs +memory +ms +GFLOP/)
  })
})

it('sources are told once, and broken between words', () => {
  const lines = bySource([
    { of: 'a', source: 'one' },
    { of: 'b', source: 'two' },
    { of: 'c', source: 'one' },
  ])
  expect(lines).toEqual(['a, c: one', 'b: two'])
  expect(wrapped('aaa bbb ccc', 8)).toEqual(['aaa bbb', '  ccc'])
})
