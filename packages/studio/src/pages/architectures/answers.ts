/** What the network of a file says of a picture. */
import {
  classCount,
  GentleError,
  type OpenedInputsModel,
  type OpenedModel,
  outputKind,
  type Program,
  sizeOf,
} from 'gentle-dl'
import {
  edgeBrightness,
  gradCam,
  heatOver,
  type Image,
  image,
  imagenetPreprocessing,
  looksInverted,
  normalizePixels,
  type Preprocessing,
  plainPreprocessing,
  preprocessImage,
  withoutNormalization,
} from 'gentle-dl/vision'
import { type Pixels, pixelsOf } from '../../engine/pixels.ts'
import { programFor } from '../../engine/program-for.ts'
import { takesInputs } from './given-network.ts'

/** A network that has no answer on a picture. */
export class AnswerError extends GentleError {}

/** How pictures are prepared where the file does not say. */
export const preparations = {
  imagenet: 'as ImageNet’s networks',
  plain: 'values 0 to 1',
} as const

export type Preparation = keyof typeof preparations

/** What can be asked of a network, as the page is told. */
export interface Asking {
  /** Whether a drawn digit can be asked for: it takes 1 × 28 × 28. */
  readonly takesDigits: boolean
  /** Whether nobody says how pictures are prepared. */
  readonly asksPreparation: boolean
  /** What answers depend on that the file does not tell, a sentence each. */
  readonly remarks: readonly string[]
}

/** A class and its probability. */
export interface ClassShare {
  /** Its place among the outputs. */
  readonly label: number
  readonly name: string
  readonly probability: number
}

export interface PictureAnswer {
  /** The picture as the network sees it, before means are taken away. */
  readonly look: Pixels
  /** The likeliest first. */
  readonly top: readonly ClassShare[]
  readonly remarks: readonly string[]
}

/** Numbers of a picture: 64 million take 256 MB. */
const mostValues = 2 ** 26

/** Classes that are told. */
const shownClasses = 5

/** What can be asked of a network; a sentence where it answers nothing on pictures. */
export function askingOf(opened: OpenedModel | OpenedInputsModel): Asking | string {
  if (takesInputs(opened)) {
    const names = Object.keys(opened.model.inputs).join(', ')
    return `It takes ${names}, and no pictures: there is nothing to ask it here.`
  }
  const { model, task, preprocessing, foreign } = opened
  const { inputShape, outputShape, classes } = model
  const plain = plainPreprocessing(inputShape)
  if (plain === undefined)
    return `It takes examples of ${inputShape.join(' × ')}, and no pictures: there is nothing to ask it here.`
  if (sizeOf(inputShape) > mostValues)
    return `It takes pictures of ${inputShape.join(' × ')}, which are too large for a page.`
  if (task !== 'classify') return `It was trained to ${task}; here, networks answer that tell classes.`
  if (classCount(outputShape) === undefined)
    return `It gives ${outputShape.join(' × ')}, not a number for each class: there is nothing to ask it here.`
  const { channels, height, width } = preprocessing ?? plain
  if ([channels, height, width].join() !== inputShape.join())
    return `It takes pictures of ${inputShape.join(' × ')}, but says that they are prepared as ${channels} × ${height} × ${width}: it cannot be asked.`
  const kind = outputKind(model)
  const isAlone = outputShape.every((size) => size === 1)
  const remarks = [
    ...(preprocessing !== undefined
      ? []
      : plain.channels === 1
        ? [
            'The file does not say how pictures are prepared: they are fitted in whole, black 0 and white 1, as MNIST’s are.',
          ]
        : [
            'The file does not say how pictures are prepared. Choose what fits: with another preparation its answers are worth little.',
          ]),
    ...(kind === 'sigmoids' && !isAlone ? ['Each class has its own probability: they need not sum to 100 %.'] : []),
    ...(kind === 'logits' && foreign
      ? [
          isAlone
            ? 'It has one output and does not say what it is: taken as a score, whose sigmoid is the probability of the second of two classes.'
            : 'The file does not say what its outputs are: taken as scores, of which the softmax is shown.',
        ]
      : []),
    ...(classes === undefined ? ['The file names no classes: they are numbered from 0.'] : []),
  ]
  return {
    takesDigits: inputShape.join() === '1,28,28',
    asksPreparation: preprocessing === undefined && plain.channels === 3,
    remarks,
  }
}

/** How pictures are prepared: as the file says, else as was chosen, or as for one channel. */
export function preprocessingFor({ model, preprocessing }: OpenedModel, chosen: Preparation): Preprocessing {
  const { inputShape } = model
  if (preprocessing !== undefined) return preprocessing
  return chosen === 'imagenet' && inputShape[0] === 3
    ? imagenetPreprocessing(inputShape)
    : plainPreprocessing(inputShape)!
}

/** A picture as a network sees it, before means are taken away and after. */
function prepared(picture: Image, preprocessing: Preprocessing): { readonly look: Image; readonly x: Float32Array } {
  const { channels, height, width } = preprocessing
  const x = preprocessImage(picture, withoutNormalization(preprocessing))
  const look = image(channels, height, width, x.slice())
  normalizePixels(x, preprocessing)
  return { look, x }
}

/** Asks one network; its program is compiled at the first picture. */
export class Answerer {
  readonly #opened: OpenedModel
  #program: Promise<Program<'x', 'y'>> | undefined

  /** @throws AnswerError for a network that has no answers on pictures. */
  constructor(opened: OpenedModel | OpenedInputsModel) {
    const asking = askingOf(opened)
    if (typeof asking === 'string') throw new AnswerError(asking)
    this.#opened = opened as OpenedModel
  }

  /** @param picture of 1 or 3 channels in [0, 1]; @throws AnswerError where the network gives NaN. */
  async answer(picture: Image, chosen: Preparation): Promise<PictureAnswer> {
    const { model, background } = this.#opened
    const { look, x } = prepared(picture, preprocessingFor(this.#opened, chosen))
    this.#program ??= programFor(model, { probabilities: true })
    // What did not compile is tried again.
    this.#program.catch(() => {
      this.#program = undefined
    })
    const program = await this.#program
    const { data } = (await program.run({ x })).y
    const probabilities = Array.from(data as Float32Array)
    if (probabilities.some(Number.isNaN)) throw new AnswerError('the network gives NaN for this picture')
    const stretched = (): Float32Array =>
      preprocessImage(picture, { ...plainPreprocessing(model.inputShape)!, fit: 'stretch' })
    const isInverted =
      background !== undefined && looksInverted(background, edgeBrightness(stretched(), model.inputShape))
    return {
      look: pixelsOf(look),
      top: probabilities
        .map((probability, label) => ({ label, name: model.classes?.[label] ?? `class ${label}`, probability }))
        .sort((a, b) => b.probability - a.probability)
        .slice(0, shownClasses),
      remarks: isInverted
        ? [
            'The picture looks inverted: its background is light where the network was trained on a dark one, or the other way round.',
          ]
        : [],
    }
  }

  /**
   * The picture as the network sees it, and over it where it sees a class: Grad-CAM.
   * @throws ArgumentError for a network without maps
   */
  async explain(picture: Image, chosen: Preparation, label: number): Promise<Pixels> {
    const { look, x } = prepared(picture, preprocessingFor(this.#opened, chosen))
    return pixelsOf(heatOver(await gradCam(this.#opened.model, x, label), look))
  }

  async dispose(): Promise<void> {
    const program = await this.#program?.catch(() => undefined)
    program?.dispose()
  }
}
