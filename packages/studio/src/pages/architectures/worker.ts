import { expose, transfer } from 'comlink'
import { type Backend, wasm } from 'gentle-dl'
import { image } from 'gentle-dl/vision'
import { colourPicture } from '../../engine/colour-picture.ts'
import { drawnDigit } from '../../engine/drawn-digit.ts'
import type { StrokePoint } from '../../engine/strokes.ts'
import { Turns } from '../../engine/turns.ts'
import { Answerer, type Asking, askingOf, type PictureAnswer, type Preparation } from './answers.ts'
import { type ExportQuestion, exportNetwork } from './export-network.ts'
import { type GivenFacts, GivenFile, GivenFileError, type TensorSight } from './given-file.ts'
import { type Found, networkIn, type Opening, releaseGiven } from './given-network.ts'
import { look, type Question, type Sight } from './session.ts'

/** What is told of a file. */
export interface Opened {
  readonly facts: GivenFacts
  /** How a program opens its network; undefined where it has none that is shown. */
  readonly opening?: Opening
  /** Where it has a network: what can be asked of it, or why nothing. */
  readonly asking?: Asking | string
  readonly remarks: readonly string[]
}

/** What somebody asks about. */
export type Asked =
  | { readonly picture: Blob; readonly name: string }
  /** A stroke's points, see `drawnDigit`. */
  | { readonly drawing: readonly StrokePoint[] }

let backend: Promise<Backend> | undefined
/** Files, questions about them and exports follow each other: what one works with is not given back before it is done. */
const turns = new Turns()
let given: { readonly file: GivenFile; readonly found: Found; answerer?: Answerer } | undefined

/** Files follow each other: what one takes of memory is given back before the next one needs it. */
async function forget(): Promise<void> {
  const before = given
  given = undefined
  await before?.answerer?.dispose()
  if (before?.found.network !== undefined) releaseGiven(before.found.network)
}

const api = {
  look: (question: Question): Sight => look(question, given?.found.network),
  exportNetwork: (question: ExportQuestion): Promise<Uint8Array<ArrayBuffer>> =>
    turns.after(async () => {
      const bytes = (await exportNetwork(question, given?.found.network)).slice()
      return transfer(bytes, [bytes.buffer])
    }),
  /** The file before stays where this one cannot be opened. */
  openFile: (name: string, blob: Blob): Promise<Opened> =>
    turns.after(async () => {
      const file = await GivenFile.open(name, blob)
      backend ??= wasm()
      const computing = await backend
      await forget()
      const found = await networkIn(file, computing)
      given = { file, found }
      const { network, remarks } = found
      if (network === undefined) return { facts: file.facts, remarks }
      return { facts: file.facts, opening: network.opening, asking: askingOf(network.opened), remarks }
    }),
  /** Of the file that was opened last. */
  lookAtTensor: async (name: string): Promise<TensorSight | undefined> => given?.file.look(name),
  ask: (asked: Asked, preparation: Preparation): Promise<PictureAnswer> =>
    turns.after(async () => {
      const network = given?.found.network
      if (given === undefined || network === undefined) throw new GivenFileError('open a file with a network first')
      given.answerer ??= new Answerer(network.opened)
      const { answerer } = given
      const picture =
        'drawing' in asked
          ? image(1, 28, 28, drawnDigit(asked.drawing))
          : await colourPicture(asked.picture, asked.name)
      return answerer.answer(picture, preparation)
    }),
}

export type ArchitecturesWorker = typeof api

expose(api)
