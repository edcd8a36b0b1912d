/** `gentle data describe`: all that should be known of a data set before it is trained on. */
import {
  classImbalance,
  countExamples,
  type Duplicates,
  dataStatistics,
  type ImageExample,
  type ImageSplits,
  type PartName,
  partNames,
  type Splits,
  writeImageFile,
} from 'gentle-dl/data'
import { describeSpeech } from '../speech/describe-speech.ts'
import { shapeText } from '../terminal/shapes.ts'
import { bold, classesText, note, print, table, thousands } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { describePairs } from '../translation/describe-pairs.ts'
import { areAnnotated } from './annotated-sets.ts'
import { contactSheet } from './contact-sheet.ts'
import { countsTable } from './counts-table.ts'
import { imagesOf, openAndReport, openData, openImages, readingOf } from './datasets.ts'
import { describeAnnotated } from './describe-annotated.ts'
import { describeNumbers } from './describe-numbers.ts'
import { skippedText } from './findings-text.ts'
import { arePictures } from './pictures.ts'

export interface DescribeFlags {
  readonly seed?: number
  readonly validation?: number
  readonly resize?: number
  readonly strict?: boolean
  readonly label?: string
  readonly out?: string
  readonly json?: boolean
}

/** Sides at which image files are looked at by default: whole pictures of one thing, and pictures of many. */
const defaultSide = 64
const defaultAnnotatedSide = 256

/** Runs the command. */
export async function describe(
  name: string,
  { out, json, resize = areAnnotated(name) ? defaultAnnotatedSide : defaultSide, ...flags }: DescribeFlags,
): Promise<void> {
  if (name.startsWith('pairs:')) return describePairs(name, { ...flags, json })
  if (name.startsWith('speech:')) return describeSpeech(name, { ...flags, json })
  if (!Number.isInteger(resize) || resize < 1)
    throw new UsageError(`--resize is ${resize}; expected a whole number of at least 1`)
  const options = {
    seed: flags.seed ?? 0,
    validation: flags.validation,
    strict: flags.strict,
    label: flags.label,
    size: resize,
  }
  if (areAnnotated(name)) {
    return describeAnnotated(name, await openAndReport(name, options), { out, seed: options.seed, json })
  }
  const path = imagesOf(name)
  const files = path === undefined ? undefined : await openImages(path, options)
  const splits: Splits = files ?? (await openData(name, { ...options, targets: 'auto' }))
  const reading = readingOf(splits)
  if (reading !== undefined && splits.train.target.dtype === 'float32') {
    if (out !== undefined) throw new UsageError(`--out is for pictures, but ${name} is a table`)
    return describeNumbers(name, splits, reading, json)
  }
  if (out !== undefined && !arePictures(splits.train))
    throw new UsageError(`--out is for image data sets; the examples of ${name} are points`)
  const counts = countExamples(splits)
  const { mean, std, duplicates } = await dataStatistics(splits)
  const imbalance = classImbalance(counts)
  const sizes = files && sizesOf(files)
  const nameOf = (part: PartName, index: number): string => files?.[part].examples[index].file ?? `${part} ${index}`
  const repeated = duplicates.found.map(({ example, repeats }) => ({
    example: nameOf(example.part, example.index),
    repeats: nameOf(repeats.part, repeats.index),
  }))
  if (out !== undefined) {
    await writeImageFile(out, await contactSheet(splits.train, name, options.seed))
    note(`wrote pictures of every class to ${out}`)
  }
  if (json) {
    const { inputShape, classes } = splits.train
    const broken = files === undefined ? {} : { sizes, broken: files.skipped }
    const found = { ...duplicates, found: repeated }
    console.log(
      JSON.stringify(
        { name, inputShape, classes, ...counts, mean, std, imbalance, duplicates: found, ...broken },
        null,
        2,
      ),
    )
    return
  }
  const { inputShape, classes = [] } = splits.train
  const channels = inputShape.length === 3 ? (inputShape[0] === 3 ? ['red', 'green', 'blue'] : ['grey']) : undefined
  print(
    [
      bold(`${name}: examples of ${shapeText(inputShape)}, ${classesText(classes.length)}`),
      '',
      countsTable(counts),
      ...(imbalance.ratio < 1.5
        ? []
        : [
            `${imbalance.largest.label} has ${imbalance.ratio.toFixed(imbalance.ratio < 10 ? 2 : 0)} times the training examples of ${imbalance.smallest.label}`,
          ]),
      '',
      table([
        ['training set', 'mean', 'standard deviation'],
        ...mean.map((value, c) => [channels?.[c] ?? `coordinate ${c}`, value.toFixed(4), std[c].toFixed(4)]),
      ]),
      ...(sizes === undefined ? [] : ['', sizesText(sizes, resize)]),
      '',
      ...duplicatesText(duplicates),
      ...repeated.slice(0, 5).map(({ example, repeats }) => `    ${example} is ${repeats}`),
      ...(files === undefined
        ? []
        : [files.skipped.length === 0 ? 'no broken files' : skippedText(name, files.skipped)]),
    ].join('\n'),
  )
}

/** How large the files' pictures are, and of what kind. */
function sizesOf(splits: ImageSplits) {
  const all: readonly ImageExample[] = partNames.flatMap((name) => splits[name].examples)
  const spread = (side: 'height' | 'width') => {
    const sorted = all.map(({ info }) => info[side]).sort((a, b) => a - b)
    return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted[sorted.length - 1] }
  }
  const count = (of: (example: ImageExample) => string): Record<string, number> => {
    const counts = new Map<string, number>()
    for (const example of all) counts.set(of(example), (counts.get(of(example)) ?? 0) + 1)
    return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]))
  }
  return {
    height: spread('height'),
    width: spread('width'),
    commonest: Object.fromEntries(Object.entries(count(({ info }) => `${info.height} x ${info.width}`)).slice(0, 5)),
    formats: count(({ info }) => info.format),
    grey: all.filter(({ info }) => info.channels === 1).length,
    transparent: all.filter(({ info }) => info.alpha).length,
    animated: all.filter(({ info }) => info.frames > 1).length,
  }
}

function sizesText(sizes: ReturnType<typeof sizesOf>, side: number): string {
  const counted = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([what, examples]) => `${thousands(examples)} of ${what}`)
      .join(', ')
  const kinds = Object.entries({ grey: sizes.grey, transparent: sizes.transparent, animated: sizes.animated })
  const { height, width } = sizes
  return [
    table([
      ['files', 'min', 'median', 'max'],
      ['height', height.min, height.median, height.max],
      ['width', width.min, width.median, width.max],
    ]),
    `sizes: ${counted(sizes.commonest)}`,
    `formats: ${counted(sizes.formats)}${kinds.map(([kind, n]) => (n === 0 ? '' : `; ${thousands(n)} ${kind}`)).join('')}`,
    `all statistics are of the pictures resized to ${side} x ${side}`,
  ].join('\n')
}

const examples = (n: number): string => `${thousands(n)} ${n === 1 ? 'example' : 'examples'}`

function duplicatesText({ within, between, contradicting }: Duplicates): string[] {
  const lines = [
    ...between
      .filter((pair) => pair.examples > 0)
      .map(({ earlier, later, examples: n }) => `${examples(n)} of ${later} also in ${earlier}`),
    ...partNames
      .filter((part) => within[part] > 0)
      .map((part) => `${examples(within[part])} of ${part} repeated in ${part}`),
    ...(contradicting > 0 ? [`${examples(contradicting)} of these with a different label`] : []),
  ]
  return lines.length === 0 ? ['no duplicates'] : ['duplicates', ...lines.map((line) => `  ${line}`)]
}
