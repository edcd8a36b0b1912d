/** The pictures of the pages: they can be read on a phone, light and dark. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chartWidth } from 'gentle-dl-plot'
import { describe, expect, it } from 'vitest'
import { textProblems } from '../packages/plot/test/text-boxes.ts'

const files = ['lecture/pictures/', 'pictures/'].flatMap((folder) =>
  readdirSync(new URL(folder, import.meta.url))
    .filter((name) => name.endsWith('.svg'))
    .map((name) => `${folder}${name}`),
)

/** Charts of a hundred bars and points, that are looked at on a large screen. */
const wide = ['pictures/performance.svg', 'pictures/kernels-roofline.svg']

describe.each(files)('%s', (file) => {
  const svg = readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8')

  it('has its texts within the picture, and none on another', () => {
    expect(textProblems(svg)).toEqual([])
  })

  it('is no wider than a chart, and has colours for a dark page', () => {
    if (!wide.includes(file)) expect(Number(/width="(\d+)"/.exec(svg)![1])).toBeLessThanOrEqual(chartWidth)
    expect(svg).toContain('prefers-color-scheme:dark')
  })
})
