/** A network's graph as a picture: from the input down to the logits, branches beside each other, shortcuts around what they skip. */
import { graphlib, layout } from '@dagrejs/dagre'
import type { Shape } from 'gentle-dl'
import type { NetworkGraph } from 'gentle-dl/inspect'
import { muted } from './colours.ts'
import { type BlockKind, type Block as Box, blocksOf } from './network-blocks.ts'
import { type Block, chartWidth, heading, legend, margin, stacked } from './stack.ts'
import { smallSize, text } from './svg.ts'
import { textWidth } from './text-width.ts'

/** Fill and edge of each kind of block. */
const colours: Readonly<Record<BlockKind, readonly [fill: string, edge: string]>> = {
  input: ['#f5f7fa', '#9aa5b1'],
  convolution: ['#dbeafe', '#2563eb'],
  linear: ['#ede9fe', '#7c3aed'],
  pooling: ['#dcfce7', '#16a34a'],
  join: ['#ffedd5', '#ea580c'],
  other: ['#f5f7fa', '#9aa5b1'],
}

const samples: readonly (readonly [BlockKind, string])[] = [
  ['convolution', 'convolution'],
  ['pooling', 'pooling'],
  ['linear', 'linear'],
  ['join', 'sum or concatenation'],
]

/** `3 x 224 x 224` */
const shapeText = (shape: Shape): string => shape.join(' x ')

const line = 15

/** Pixels of a path at most: branches beside each other still have room on a phone. */
const longestPath = 112

/** A path without its first parts where it is long: `…branch2.0.conv`. */
function endOf(path: string): string {
  const parts = path.split('.')
  let shown = path
  while (parts.length > 1 && textWidth(shown, smallSize) > longestPath) {
    parts.shift()
    shown = `…${parts.join('.')}`
  }
  return shown
}

/** A block's lines: what it is, what follows in it, and where it stands and what it gives. */
const linesOf = ({ kind, title, rest, name, outputShape }: Box): { content: string; size: number; bold: boolean }[] => {
  const small = (content: string) => ({ content, size: smallSize, bold: false })
  const following = rest.join(', ')
  if (kind === 'join')
    return [
      { content: following === '' ? title : `${title}  ${following}`, size: 12, bold: true },
      ...(title === '+' ? [] : [small(shapeText(outputShape))]),
    ]
  return [
    { content: title, size: 12, bold: true },
    ...(following === '' ? [] : [small(following)]),
    ...(kind === 'input' ? [] : [small(endOf(name))]),
    small(shapeText(outputShape)),
  ]
}

interface Point {
  readonly x: number
  readonly y: number
}

interface Place extends Point {
  readonly width: number
  readonly height: number
}

/** A curve through points that leaves and ends upright. */
function curve(points: readonly Point[]): string {
  const at = ({ x, y }: Point): string => `${x.toFixed(1)},${y.toFixed(1)}`
  return points.reduce((path, point, i) => {
    if (i === 0) return `M${at(point)}`
    const middle = (points[i - 1].y + point.y) / 2
    return `${path}C${at({ x: points[i - 1].x, y: middle })} ${at({ x: point.x, y: middle })} ${at(point)}`
  }, '')
}

function drawBlock(block: Box, { x, y, width, height }: Place): string {
  const [fill, edge] = colours[block.kind]
  const lines = linesOf(block)
  const [left, top] = [x - width / 2, y - height / 2]
  const box = `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${width.toFixed(1)}" height="${height}" rx="${block.kind === 'join' ? height / 2 : 5}" fill="${fill}" stroke="${edge}"/>`
  return lines.reduce(
    (drawn, { content, size, bold }, i) =>
      drawn +
      text(
        x,
        top + 5 + line * (i + 0.75),
        content,
        `text-anchor="middle" font-size="${size}" ${bold ? 'font-weight="600"' : `fill="${muted}"`}`,
      ),
    box,
  )
}

export interface NetworkPlotOptions {
  /** What stands above the graph. */
  readonly title?: string
  /** What stands below the title. */
  readonly subtitle?: string
}

/**
 * A network's graph. A layer without multiply-adds that alone follows another stands in that one's box.
 * @param network what `networkGraph` gives
 */
export function plotNetwork(network: NetworkGraph, { title = '', subtitle = '' }: NetworkPlotOptions = {}): string {
  const { blocks, edges } = blocksOf(network)
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: 10, edgesep: 12, ranksep: 26 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const block of blocks) {
    const lines = linesOf(block)
    const width = Math.max(...lines.map(({ content, size, bold }) => textWidth(content, size, bold))) + 14
    graph.setNode(String(block.id), { width: Math.max(width, 44), height: lines.length * line + 10 })
  }
  // Chains weigh more than shortcuts, so that the body stands straight and the shortcut bends.
  const inputs = new Map<number, number>()
  for (const [, to] of edges) inputs.set(to, (inputs.get(to) ?? 0) + 1)
  for (const [from, to] of edges) graph.setEdge(String(from), String(to), { weight: inputs.get(to) === 1 ? 4 : 1 })
  layout(graph)
  // The graph's own width can be far more than what is in it.
  const places = blocks.map(({ id }) => graph.node(String(id)) as Place)
  const routes: Point[][] = graph.edges().map((edge: graphlib.Edge) => (graph.edge(edge) as { points: Point[] }).points)
  const points = routes.flat()
  const right = Math.max(...places.map((place) => place.x + place.width / 2), ...points.map(({ x }) => x))
  const left = Math.min(...places.map((place) => place.x - place.width / 2), ...points.map(({ x }) => x))
  const bottom = Math.max(...places.map((place) => place.y + place.height / 2))

  const width = Math.ceil(Math.max(right - left + 2 * margin, chartWidth))
  const middle = (left + right) / 2
  const drawing: Block = {
    height: bottom + 14,
    draw(top) {
      // Mirrored, for dagre sets first branches last: the first stands left, and a shortcut right of what it skips, as papers draw them.
      const moved = ({ x, y }: Point): Point => ({ x: width / 2 + middle - x, y: y + top + 8 })
      const arrows = routes.map(
        (route) =>
          `<path d="${curve(route.map(moved))}" fill="none" stroke="${muted}" stroke-width="1.3" marker-end="url(#arrow)"/>`,
      )
      const boxes = blocks.map((block, i) => drawBlock(block, { ...places[i], ...moved(places[i]) }))
      return [arrowHead, ...arrows, ...boxes].join('')
    },
  }
  return stacked(
    [
      heading(title, subtitle, width),
      legend(
        samples.map(([kind, name]) => ({ name, colour: colours[kind][0], edge: colours[kind][1], sample: 'area' })),
        width,
      ),
      drawing,
    ],
    width,
  )
}

const arrowHead = `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8L8 4L0 7.2z" fill="${muted}"/></marker></defs>`
