/** Where the boxes and lines of a network stand: groups that are unfolded are boxes around what they hold, each laid out by itself. */
import { graphlib, layout } from '@dagrejs/dagre'
import type { NetworkGraph } from 'gentle-dl/inspect'
import { type Group, hierarchyOf, layersWithin } from './hierarchy.ts'
import { colourOf } from './layer-title.ts'

export interface Box {
  readonly kind: 'layer' | 'folded' | 'unfolded'
  /** Of a group its path; of a layer its place in the graph. */
  readonly key: string
  readonly path: string
  /** The layers that it is or holds, by their places in the graph. */
  readonly layers: readonly number[]
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export type Point = readonly [x: number, y: number]

export interface Drawing {
  readonly width: number
  readonly height: number
  /** What holds another box comes before it. */
  readonly boxes: readonly Box[]
  readonly lines: readonly (readonly Point[])[]
}

const layerSize = { width: 196, height: 42 }
const joinSize = { width: 84, height: 28 }
/** Around what an unfolded group holds; above is its name. */
const edge = { side: 10, top: 38, bottom: 12 }

type Place = { x: number; y: number; width: number; height: number }

/** A network's drawing. @param open the paths of the groups that are unfolded */
export function drawingOf(graph: NetworkGraph, open: ReadonlySet<string>): Drawing {
  const { width, height, boxes, lines } = laidOut(hierarchyOf(graph), graph, open)
  return { width, height, boxes, lines }
}

interface Inside extends Drawing {
  /** Where lines enter and leave, by the layer outside or inside that they come from. */
  readonly entries: ReadonlyMap<number, Point>
  readonly exits: ReadonlyMap<number, Point>
}

function laidOut(group: Group, graph: NetworkGraph, open: ReadonlySet<string>): Inside {
  const { nodes, edges } = graph
  const ownerOf = new Map<number, string>()
  const insides = new Map<string, Inside>()
  const drawn = new graphlib.Graph()
  drawn.setGraph({ rankdir: 'TB', nodesep: 14, edgesep: 14, ranksep: 15 })
  drawn.setDefaultEdgeLabel(() => ({}))
  const boxes: Omit<Box, 'x' | 'y'>[] = []
  for (const child of group.children) {
    const layers = layersWithin(child)
    const isLayer = typeof child === 'number'
    const key = isLayer ? String(child) : child.path
    for (const layer of layers) ownerOf.set(layer, key)
    if (!isLayer && open.has(child.path)) {
      const inside = laidOut(child, graph, open)
      insides.set(key, inside)
      boxes.push({ kind: 'unfolded', key, path: child.path, layers, width: inside.width, height: inside.height })
    } else {
      const size = isLayer && colourOf(nodes[child].type) === 'join' ? joinSize : layerSize
      boxes.push({
        kind: isLayer ? 'layer' : 'folded',
        key,
        path: isLayer ? nodes[child].name : child.path,
        layers,
        ...size,
      })
    }
  }
  for (const { key, width, height } of boxes) drawn.setNode(key, { width, height })
  // Where lines come from outside, and where they go there, are points of their own.
  const [entries, exits] = [new Set<number>(), new Set<number>()]
  const inputsOf = new Map<string, Set<string>>()
  const connections: [from: number, source: string, target: string][] = []
  for (const [from, to] of edges) {
    const [source, target] = [ownerOf.get(from), ownerOf.get(to)]
    if (source === target) continue
    if (source === undefined) entries.add(from)
    if (target === undefined) exits.add(from)
    const [a, b] = [source ?? `entry ${from}`, target ?? `exit ${from}`]
    inputsOf.set(b, (inputsOf.get(b) ?? new Set()).add(a))
    connections.push([from, a, b])
  }
  for (const from of entries) drawn.setNode(`entry ${from}`, { width: 1, height: 1 })
  for (const from of exits) drawn.setNode(`exit ${from}`, { width: 1, height: 1 })
  // Chains weigh more than shortcuts, so that the body stands straight and the shortcut bends.
  for (const [, a, b] of connections) drawn.setEdge(a, b, { weight: inputsOf.get(b)!.size === 1 ? 4 : 1 })
  layout(drawn)

  const places = new Map<string, Place>(drawn.nodes().map((key: string) => [key, drawn.node(key) as Place]))
  /** The place in a box's upper or lower border that is nearest to a point. */
  const onBorder = (key: string, [px]: Point, isLower: boolean): Point => {
    const { x, y, width, height } = places.get(key)!
    const reach = Math.max(0, width / 2 - 10)
    return [Math.max(x - reach, Math.min(x + reach, px)), y + (isLower ? height / 2 : -height / 2)]
  }
  const routes = new Map<string, Point[]>()
  for (const { v, w } of drawn.edges() as { v: string; w: string }[]) {
    const points = (drawn.edge(v, w) as { points: Place[] }).points.map(({ x, y }): Point => [x, y])
    routes.set(`${v} > ${w}`, [
      onBorder(v, points[0], true),
      ...points.slice(1, -1),
      onBorder(w, points.at(-1)!, false),
    ])
  }
  const all = [
    ...[...places.values()].flatMap(({ x, y, width, height }): Point[] => [
      [x - width / 2, y - height / 2],
      [x + width / 2, y + height / 2],
    ]),
    ...[...routes.values()].flat(),
  ]
  const [left, right] = [Math.min(...all.map(([x]) => x)), Math.max(...all.map(([x]) => x))]
  const [high, low] = [Math.min(...all.map(([, y]) => y)), Math.max(...all.map(([, y]) => y))]
  const isRoot = group.path === ''
  const [dx, dy] = [edge.side - left, (isRoot ? edge.side : edge.top) - high]
  const moved = ([x, y]: Point): Point => [x + dx, y + dy]

  const result: Box[] = []
  const lines: Point[][] = []
  const corners = new Map<string, Point>()
  for (const box of boxes) {
    const { x, y } = places.get(box.key)!
    const [cornerX, cornerY] = moved([x - box.width / 2, y - box.height / 2])
    corners.set(box.key, [cornerX, cornerY])
    result.push({ ...box, x: cornerX, y: cornerY })
    const inside = insides.get(box.key)
    if (inside === undefined) continue
    const within = ([x, y]: Point): Point => [x + cornerX, y + cornerY]
    result.push(...inside.boxes.map((inner) => ({ ...inner, x: inner.x + cornerX, y: inner.y + cornerY })))
    lines.push(...inside.lines.map((line) => line.map(within)))
  }
  for (const route of routes.values()) lines.push(route.map(moved))
  // On from the border of an unfolded group to where lines enter it, and from where they leave.
  for (const [from, a, b] of connections) {
    const route = routes.get(`${a} > ${b}`)!.map(moved)
    const link = (key: string, points: 'entries' | 'exits', at: Point): void => {
      const inner = insides.get(key)?.[points].get(from)
      if (inner === undefined) return
      const [x, y] = corners.get(key)!
      const point: Point = [inner[0] + x, inner[1] + y]
      lines.push(points === 'entries' ? [at, point] : [point, at])
    }
    link(a, 'exits', route[0])
    link(b, 'entries', route.at(-1)!)
  }
  const pointOf = (key: string): Point => moved([places.get(key)!.x, places.get(key)!.y])
  return {
    width: right - left + 2 * edge.side,
    height: low - high + (isRoot ? 2 * edge.side : edge.top + edge.bottom),
    boxes: result,
    lines,
    entries: new Map([...entries].map((from) => [from, pointOf(`entry ${from}`)])),
    exits: new Map([...exits].map((from) => [from, pointOf(`exit ${from}`)])),
  }
}
