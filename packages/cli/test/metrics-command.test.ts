import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { readCocoResults, readCocoTruth } from '../src/evaluate/coco-files.ts'
import { metrics } from '../src/evaluate/metrics-command.ts'
import { scoreText } from '../src/terminal/terminal.ts'
import { UsageError } from '../src/terminal/usage.ts'
import { gentle, temporaryFolder } from './command.ts'

const folder = temporaryFolder()

/** A file of this content, JSON unless it is text. */
let files = 0
function file(content: unknown): string {
  const path = join(folder, `${++files}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const goldens = new URL('../../gentle/test/goldens/coco-boxes.json', import.meta.url)
const [good, , crowds] = JSON.parse(readFileSync(goldens, 'utf8')).cases
const truthOf = ({ images, annotations, categories }: Record<string, unknown>) => ({ images, annotations, categories })

const box = { id: 7, image_id: 1, category_id: 1, bbox: [0, 0, 10, 10], area: 100, iscrowd: 0 }
const small = { images: [{ id: 1 }], annotations: [box], categories: [{ id: 1, name: 'cat' }] }
const result = { image_id: 1, category_id: 1, bbox: [0, 0, 10, 10], score: 0.5 }

const scored = (...args: string[]) => gentle(['metrics', '--task', 'detect', ...args])

describe.concurrent('gentle metrics', () => {
  it('scores COCO files as pycocotools does, as JSON of exactly these keys', async () => {
    const args = ['--truth', file(truthOf(crowds)), '--predictions', file(crowds.detections), '--json']
    const { code, stdout, stderr } = await scored(...args)
    expect([code, stderr]).toEqual([0, ''])
    const report = JSON.parse(stdout)
    expect(Object.keys(report)).toEqual([...Object.keys(crowds.stats), 'perCategory'])
    for (const key of Object.keys(crowds.stats)) expect(report[key]).toBeCloseTo(crowds.stats[key], 9)
    expect(Object.keys(report.perCategory)).toEqual(['1', '2'])
    for (const id of ['1', '2'])
      for (const key of ['AP', 'AP50']) expect(report.perCategory[id][key]).toBeCloseTo(crowds.perCategory[id][key], 9)
  })

  it('tells the figures by name, and draws the curves', async () => {
    const curves = join(folder, 'curves.svg')
    const args = ['--truth', file(truthOf(good)), '--predictions', file(good.detections), '--curves', curves]
    const { code, stdout } = await scored(...args)
    expect(code).toBe(0)
    expect(stdout).toContain('48 detections of 35 objects in 12 images')
    expect(stdout).toMatch(/AP50 +0\.8125 +at IoU 0\.50/)
    expect(stdout).toMatch(/c2 +8 +10 +0\.6085 +0\.8265/)
    // The mean in the picture is the AP50 of the table.
    expect(readFileSync(curves, 'utf8')).toContain('mean 81.25 %')
  })

  it('gives zeros for empty results, and -1 where there is nothing to find', async () => {
    const args = ['--truth', file(small), '--predictions', file([]), '--json']
    const { code, stdout } = await scored(...args)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ AP: 0, AP50: 0, APlarge: -1, AR100: 0, perCategory: { 1: { AP: 0 } } })
  })

  it('draws nothing of nothing, and says so', async () => {
    const curves = join(folder, 'nothing.svg')
    const truth = file({ ...small, annotations: [] })
    const { code, stderr } = await scored('--truth', truth, '--predictions', file([result]), '--curves', curves)
    expect(code).toBe(0)
    expect(stderr).toContain('was not written')
    expect(existsSync(curves)).toBe(false)
  })

  it('leaves results of categories out that the truth does not have, and says so', async () => {
    const results = file([result, { ...result, category_id: 5 }])
    const { code, stdout, stderr } = await scored('--truth', file(small), '--predictions', results)
    expect(code).toBe(0)
    expect(stdout).toContain('1 detections of 1 objects in 1 images')
    expect(stderr).toMatch(/1 results have categories that .* does not have and were skipped\n$/)
  })

  it('needs a task that it knows, and a picture that is SVG', async () => {
    const flags = { task: 'detect', truth: file(small), predictions: file([result]) }
    await expect(metrics({ ...flags, task: 'detekt' })).rejects.toThrow("unknown task 'detekt'; did you mean detect?")
    await expect(metrics({ ...flags, curves: 'curves.png' })).rejects.toThrow('expected a file name that ends in .svg')
  })

  it('tells what is wrong in one line', async () => {
    const { code, stderr } = await scored('--truth', file('{ "images": ['), '--predictions', file([]))
    expect(code).toBe(2)
    expect(stderr).toMatch(/^gentle: .*\.json is not JSON: [^\n]*\n$/)
  })
})

describe('a score', () => {
  it('of something of which there is nothing to measure is none, not 0', () =>
    expect([scoreText(-1), scoreText(0), scoreText(0.5)]).toEqual(['none', '0.00 %', '50.00 %']))
})

describe('a truth file', () => {
  const truthWith = (changes: object): string => file({ ...small, annotations: [{ ...box, ...changes }] })

  it.each([
    ['is missing', join(folder, 'nowhere.json'), /the truth .*nowhere\.json cannot be read: no such file/],
    ['is not JSON', file('<annotation>'), /\.json is not JSON: /],
    ['is not a COCO', file([]), /has no list of images; expected COCO annotations/],
    ['has no categories', file({ images: [], annotations: [] }), /has no list of categories/],
    ['has an image without an id', file({ ...small, images: [{}] }), /image 0 has the id missing; expected a whole/],
  ])('that %s is refused', async (_, path, message) => {
    await expect(readCocoTruth(path)).rejects.toThrow(message)
    await expect(readCocoTruth(path)).rejects.toThrow(UsageError)
  })

  it.each([
    [
      'names an unknown image',
      truthWith({ image_id: 2 }),
      /annotation 7 is of image 2, which is not among the images of/,
    ],
    ['names an unknown category', truthWith({ category_id: 3 }), /annotation 7 is of category 3, which is not among/],
    ['has a box of negative size', truthWith({ bbox: [5, 5, -1, 2] }), /the bbox \[5,5,-1,2\] of negative size/],
    [
      'has a box of three numbers',
      truthWith({ bbox: [5, 5, 1] }),
      /the bbox \[5,5,1\]; expected \[x, y, width, height\]/,
    ],
    ['has no box', truthWith({ bbox: undefined }), /annotation 7 has the bbox missing/],
    ['has a broken area', truthWith({ area: -4 }), /the area -4; expected square pixels, a number of at least 0/],
    ['has a broken crowd', truthWith({ iscrowd: 'yes' }), /"iscrowd": "yes"; expected 0 or 1/],
  ])('that %s is scored without, which is told, or refused if it is to be strict', async (_, path, message) => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { skipped, corrected } = await readCocoTruth(path)
    expect([...skipped, ...corrected].map(({ reason }) => reason)).toEqual([expect.stringMatching(message)])
    expect(written.mock.calls.join('')).toMatch(message)
    written.mockRestore()
    await expect(readCocoTruth(path, true)).rejects.toThrow(message)
    await expect(readCocoTruth(path, true)).rejects.toThrow(UsageError)
  })

  it('may leave areas and crowds out', async () => {
    const { objects } = await readCocoTruth(truthWith({ area: undefined, iscrowd: undefined }))
    expect(objects).toMatchObject([{ image: 1, category: 1, crowd: false, box: { right: 10 } }])
    expect(objects[0].area).toBeUndefined()
  })
})

describe('a results file', () => {
  const resultsWith = (changes: object): string => file([result, { ...result, ...changes }])

  it.each([
    ['is missing', join(folder, 'nowhere.json'), /the predictions .*nowhere\.json cannot be read/],
    ['is not JSON', file('[{]'), /\.json is not JSON: /],
    ['is not a list', file({ annotations: [] }), /is not a list of results; expected COCO results/],
    ['holds no objects', file([1, 2]), /is not a list of results/],
    [
      'names an unknown image',
      resultsWith({ image_id: 9 }),
      /result 1 is of image 9, which is not among the images of/,
    ],
    ['has no image', resultsWith({ image_id: null }), /result 1 has the image_id null; expected a whole number/],
    [
      'has a box of negative size',
      resultsWith({ bbox: [0, 0, 1, -1] }),
      /result 1 has the bbox \[0,0,1,-1\] of negative/,
    ],
    ['has words for a box', resultsWith({ bbox: ['0', 0, 1, 1] }), /result 1 has the bbox \["0",0,1,1\]; expected/],
    ['has no score', resultsWith({ score: undefined }), /result 1 has the score missing; expected a finite number/],
    [
      'has the score NaN, as Python writes it',
      file(JSON.stringify([result]).replace('0.5', 'NaN')),
      /result 0 has the score "NaN"; expected a finite number/,
    ],
  ])('that %s is refused', async (_, path, message) => {
    const truth = await readCocoTruth(file(small))
    await expect(readCocoResults(path, truth)).rejects.toThrow(message)
    await expect(readCocoResults(path, truth)).rejects.toThrow(UsageError)
  })
})
