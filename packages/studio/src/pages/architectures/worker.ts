import { transfer } from 'comlink'
import { type Backend, wasm } from 'gentle-dl'
import { type Image, image } from 'gentle-dl/vision'
import { colourPicture } from '../../engine/colour-picture.ts'
import { drawnDigit } from '../../engine/drawn-digit.ts'
import type { Pixels } from '../../engine/pixels.ts'
import type { StrokePoint } from '../../engine/strokes.ts'
import { Turns } from '../../engine/turns.ts'
import { Answerer, type Asking, askingOf, type PictureAnswer, type Preparation } from './answers.ts'
import { type ExportQuestion, exportNetwork } from './export-network.ts'
import { type GivenFacts, GivenFile, type TensorSight } from './given-file.ts'
import { type Found, networkIn, type Opening, releaseGiven } from './given-network.ts'
import { GivenFileError } from './meant-files.ts'
import type { GivenName } from './names.ts'
import { type GivenNetworks, look, type Question, type Sight } from './session.ts'
import { type TensorDifferences, tensorDifferences } from './tensor-differences.ts'

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

/** A file that is open. */
interface Given {
  readonly file: GivenFile
  readonly found: Found
  answerer?: Answerer
}

let backend: Promise<Backend> | undefined
/** Starts the engine's threads, once. */
const startBackend = (): Promise<Backend> => {
  backend ??= wasm()
  return backend
}
/** Files, questions about them and exports follow each other: what one works with is not given back before it is done. */
const turns = new Turns()
const given = new Map<GivenName, Given>()

const networks = (): GivenNetworks =>
  Object.fromEntries([...given].flatMap(([name, { found }]) => (found.network ? [[name, found.network]] : [])))

/** What a file takes of memory is given back before the next one in its place needs it. */
async function forget(name: GivenName): Promise<void> {
  const before = given.get(name)
  given.delete(name)
  await before?.answerer?.dispose()
  if (before?.found.network !== undefined) releaseGiven(before.found.network)
}

const pictureOf = async (asked: Asked): Promise<Image> =>
  'drawing' in asked ? image(1, 28, 28, drawnDigit(asked.drawing)) : colourPicture(asked.picture, asked.name)

/** @throws GivenFileError where no network is open. */
function answererOf(name: GivenName): Answerer {
  const one = given.get(name)
  if (one?.found.network === undefined) throw new GivenFileError('open a file with a network first')
  one.answerer ??= new Answerer(one.found.network.opened)
  return one.answerer
}

export const api = {
  look: (question: Question): Sight => look(question, networks()),
  exportNetwork: (question: ExportQuestion): Promise<Uint8Array<ArrayBuffer>> =>
    turns.after(async () => {
      const bytes = (await exportNetwork(question, networks())).slice()
      return transfer(bytes, [bytes.buffer])
    }),
  /** The file before stays where this one cannot be opened. */
  openFile: (name: GivenName, path: string, blob: Blob): Promise<Opened> =>
    turns.after(async () => {
      const file = await GivenFile.open(path, blob)
      await forget(name)
      const found = await networkIn(file, startBackend)
      given.set(name, { file, found })
      const { network, remarks } = found
      if (network === undefined) return { facts: file.facts, remarks }
      return { facts: file.facts, opening: network.opening, asking: askingOf(network.opened), remarks }
    }),
  lookAtTensor: async (name: GivenName, tensor: string): Promise<TensorSight | undefined> =>
    given.get(name)?.file.look(tensor),
  /** Of the two files that are open; undefined where there are not two. */
  compareTensors: (): Promise<TensorDifferences | undefined> =>
    turns.after(async () => {
      const [first, second] = [given.get('given'), given.get('other')]
      if (first === undefined || second === undefined) return undefined
      return tensorDifferences(await first.file.comparedWith(second.file))
    }),
  ask: (name: GivenName, asked: Asked, preparation: Preparation): Promise<PictureAnswer> =>
    turns.after(async () => answererOf(name).answer(await pictureOf(asked), preparation)),
  /** Where a class is seen. */
  explain: (name: GivenName, asked: Asked, preparation: Preparation, label: number): Promise<Pixels> =>
    turns.after(async () => answererOf(name).explain(await pictureOf(asked), preparation, label)),
}

export type ArchitecturesWorker = typeof api
