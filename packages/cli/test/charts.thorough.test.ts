/** The charts of `gentle compare` as they are stored, and what holds for each. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { textProblems } from '../../plot/test/text-boxes.ts'
import { compare } from '../src/networks/compare.ts'

it('the pictures of compare are as they are stored, their texts within them and none on another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-compare-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  onTestFinished(() => log.mockRestore())
  // Three of almost the same accuracy among others.
  await compare(['perceptron', 'lenet5', 'alexnet', 'vgg19', 'googlenet', 'resnet18', 'resnet152'], {
    measure: false,
    out: folder,
  })
  for (const name of ['cost-by-year', 'cost-by-accuracy', 'growth']) {
    const svg = readFileSync(join(folder, `${name}.svg`), 'utf8')
    expect(textProblems(svg)).toEqual([])
    await expect(svg).toMatchFileSnapshot(`snapshots/${name}.svg`)
  }
})
