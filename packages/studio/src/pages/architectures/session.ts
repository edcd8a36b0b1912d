/** What the page's worker is asked, and what it answers. */
import type { Shape } from 'gentle-dl'
import { type Differences, differencesOf } from './differences.ts'
import { type Drawing, drawingOf } from './drawing.ts'
import { examineGiven, type GivenNetwork } from './given-network.ts'
import { groupsWithin, hierarchyOf } from './hierarchy.ts'
import { type BoxColour, colourOf, layerTitle, optionsOf } from './layer-title.ts'
import type { BuilderLayer } from './layers.ts'
import { type GivenName, isGiven, type Shown } from './names.ts'
import { type BuiltRow, build, type Examined, examineLayer, examineNamed } from './open-network.ts'

export interface Question {
  readonly first: Shown
  readonly second?: Shown
  /** Examples of the batch for which memory is counted. */
  readonly batchSize: number
  /** The paths of the groups that are unfolded. */
  readonly open: readonly string[]
  /** The network of the builder. */
  readonly layers: readonly BuilderLayer[]
  readonly inputShape: Shape
}

/** A layer as the page tells of it. */
export interface LayerFacts {
  readonly name: string
  readonly type: string
  readonly title: string
  readonly colour: BoxColour
  /** Its settings: `kernel` and `3`. */
  readonly settings: readonly (readonly [string, string])[]
  readonly inputShapes: readonly Shape[]
  readonly outputShape: Shape
  readonly parameters: number
  readonly macs: number
  /** Bytes of activations for the batch; null where it is too small to train on. */
  readonly inferenceBytes: number
  readonly trainingBytes: number | null
}

export interface Totals {
  readonly layers: number
  readonly inputShapes: readonly Shape[]
  readonly outputShape: Shape
  readonly parameters: number
  readonly auxiliaryParameters: number
  readonly macs: number
  readonly flops: number
  readonly weightBytes: number
  readonly inferenceBytes: number
  readonly trainingBytes: number | null
}

export interface Seen {
  readonly drawing: Drawing
  /** In the places of the graph. */
  readonly layers: readonly LayerFacts[]
  readonly totals: Totals
  /** All groups. */
  readonly groups: readonly string[]
}

export interface Sight {
  readonly first?: Seen
  readonly second?: Seen
  readonly differences?: Differences
  /** Of the builder, where it is one of the two. */
  readonly rows?: readonly BuiltRow[]
}

/** Networks that have been examined, the last few: a graph is unfolded again and again. */
const known = new Map<string, Examined>()

function remembered(key: string, examine: () => Examined): Examined {
  const found = known.get(key) ?? examine()
  known.delete(key)
  known.set(key, found)
  if (known.size > 6) known.delete(known.keys().next().value!)
  return found
}

/** The networks of the files that somebody gave, where there are any. */
export type GivenNetworks = Readonly<Partial<Record<GivenName, GivenNetwork>>>

/** Of files that are open. */
const ofFiles = new WeakMap<GivenNetwork, { readonly batchSize: number; readonly examined: Examined }>()

function examinedGiven(network: GivenNetwork | undefined, batchSize: number): Examined | undefined {
  if (network === undefined) return undefined
  const known = ofFiles.get(network)
  if (known?.batchSize === batchSize) return known.examined
  const examined = examineGiven(network, batchSize)
  ofFiles.set(network, { batchSize, examined })
  return examined
}

export function look(
  { first, second, batchSize, open, layers, inputShape }: Question,
  given: GivenNetworks = {},
): Sight {
  const own = first === 'own' || second === 'own' ? build(layers, inputShape) : undefined
  const examined = (shown: Shown | undefined): Examined | undefined => {
    if (shown === undefined) return undefined
    if (isGiven(shown)) return examinedGiven(given[shown], batchSize)
    if (shown !== 'own') return remembered(`${shown} ${batchSize}`, () => examineNamed(shown, batchSize))
    return own?.layer === undefined ? undefined : examineLayer(own.layer, inputShape, batchSize)
  }
  const unfolded = new Set(open)
  const [one, two] = [examined(first), examined(second)]
  return {
    ...(one === undefined ? {} : { first: seen(one, unfolded) }),
    ...(two === undefined ? {} : { second: seen(two, unfolded) }),
    ...(one === undefined || two === undefined ? {} : { differences: differencesOf(one.graph, two.graph) }),
    ...(own === undefined ? {} : { rows: own.rows }),
  }
}

function seen({ graph, summary }: Examined, open: ReadonlySet<string>): Seen {
  const inputs = graph.nodes.filter(({ type }) => type === 'input')
  const read = new Set(graph.edges.map(([from]) => from))
  const sources = graph.nodes.map((): number[] => [])
  for (const [from, to] of graph.edges) sources[to].push(from)
  return {
    drawing: drawingOf(graph, open),
    groups: groupsWithin(hierarchyOf(graph)),
    layers: graph.nodes.map(({ id, name, type, description, outputShape, parameters, macs }) => {
      // The graph begins with the inputs; the others are the summary's layers.
      const cost = summary.layers[id - inputs.length]
      return {
        name,
        type,
        title: type === 'input' ? name : layerTitle(type, description),
        colour: colourOf(type),
        settings: Object.entries(optionsOf(description)).map(([key, value]) => [key, settingText(value)]),
        inputShapes: sources[id].map((from) => graph.nodes[from].outputShape),
        outputShape,
        parameters,
        macs,
        inferenceBytes: cost?.inferenceBytes ?? 0,
        trainingBytes: cost === undefined ? 0 : cost.trainingBytes,
      }
    }),
    totals: {
      layers: summary.layers.length,
      inputShapes: inputs.filter(({ id }) => read.has(id)).map(({ outputShape }) => outputShape),
      outputShape: graph.nodes.at(-1)!.outputShape,
      parameters: summary.parameters,
      auxiliaryParameters: summary.auxiliaryParameters,
      macs: summary.macs,
      flops: summary.flops,
      weightBytes: 4 * summary.parameters,
      inferenceBytes: summary.inferenceBytes,
      trainingBytes: summary.trainingBytes,
    },
  }
}

/** At most so many letters of a setting are shown. */
const settingLength = 80

function settingText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > settingLength ? `${text.slice(0, settingLength)}…` : text
}
