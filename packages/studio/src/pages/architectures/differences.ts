/** What differs between two networks: their layers in order, matched as lines of two texts are. */
import type { NetworkGraph, NetworkNode } from 'gentle-dl/inspect'
import { kindOf, optionsOf } from './layer-title.ts'

export interface Difference {
  /** The layer of each side, by its place in the graph; undefined where one side has none. */
  readonly first?: number
  readonly second?: number
  /** What differs, in a few words each: `channels 64, 128`. */
  readonly what: readonly string[]
}

export interface Differences {
  /** Layers that are the same in all but the name. */
  readonly same: number
  readonly list: readonly Difference[]
}

/** Whether a network's layers are called as another program calls them: ours begin with a small letter. Settings of the two cannot be compared. */
const isForeign = ({ nodes }: NetworkGraph): boolean => nodes.some(({ type }) => /^[A-Z]/.test(type))

/** A layer's settings, where they can be compared. */
type Settings = (node: NetworkNode) => Readonly<Record<string, unknown>>

/** What makes a layer what it is: its kind, its settings, what it gives and what it learns. */
const signature = (node: NetworkNode, settings: Settings): string =>
  JSON.stringify([kindOf(node.type), settings(node), node.outputShape, node.parameters])

/** Pairs of places that are equal in both lists, as many as can be in order. */
function longestCommon(a: readonly string[], b: readonly string[]): [number, number][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i][j] = a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1])
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; )
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (lengths[i + 1][j] >= lengths[i][j + 1]) i++
    else j++
  return pairs
}

export function differencesOf(first: NetworkGraph, second: NetworkGraph): Differences {
  const [a, b] = [first.nodes, second.nodes]
  const settings: Settings =
    isForeign(first) === isForeign(second) ? ({ description }) => optionsOf(description) : () => ({})
  const signatures = (nodes: readonly NetworkNode[]) => nodes.map((node) => signature(node, settings))
  const pairs = longestCommon(signatures(a), signatures(b))
  const list: Difference[] = []
  let [i, j] = [0, 0]
  for (const [nextA, nextB] of [...pairs, [a.length, b.length] as [number, number]]) {
    // Between two layers that are the same: those of one kind belong together, the others are of one side alone.
    const [left, right] = [a.slice(i, nextA), b.slice(j, nextB)]
    const matched = longestCommon(
      left.map(({ type }) => kindOf(type)),
      right.map(({ type }) => kindOf(type)),
    )
    let [x, y] = [0, 0]
    for (const [toX, toY] of [...matched, [left.length, right.length] as [number, number]]) {
      for (; x < toX; x++) list.push({ first: left[x].id, what: ['only here'] })
      for (; y < toY; y++) list.push({ second: right[y].id, what: ['only here'] })
      if (x < left.length && y < right.length) {
        list.push({ first: left[x].id, second: right[y].id, what: changes(left[x], right[y], settings) })
        x++
        y++
      }
    }
    i = nextA + 1
    j = nextB + 1
  }
  return { same: pairs.length, list }
}

function changes(a: NetworkNode, b: NetworkNode, settingsOf: Settings): string[] {
  const [one, two] = [settingsOf(a), settingsOf(b)]
  const names = [...new Set([...Object.keys(one), ...Object.keys(two)])]
  const text = (value: unknown): string => (value === undefined ? 'unset' : JSON.stringify(value))
  const settings = names
    .filter((name) => text(one[name]) !== text(two[name]))
    .map((name) => `${name} ${text(one[name])} → ${text(two[name])}`)
  const shape = a.outputShape.join('×') !== b.outputShape.join('×')
  return [
    ...settings,
    ...(shape ? [`output ${a.outputShape.join('×')} → ${b.outputShape.join('×')}`] : []),
    ...(a.parameters === b.parameters
      ? []
      : [`parameters ${a.parameters.toLocaleString('en')} → ${b.parameters.toLocaleString('en')}`]),
  ]
}
