/** Where the texts of a drawing stand, by an estimate of their widths. */
import { textWidth } from '../src/text-width.ts'

interface Box {
  readonly content: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const attributesOf = (tag: string): Map<string, string> =>
  new Map([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))

const unescaped = (content: string): string =>
  content
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')

/** All texts of a drawing; of transformations it knows `translate(x y) rotate(-90)` and `rotate(-90 x y)` of a text or of the groups around it. */
export function textBoxes(svg: string): Box[] {
  const boxes: Box[] = []
  const groups: Map<string, string>[] = []
  for (const [, close, name, rest, content] of svg.matchAll(/<(\/?)(svg|g|text)\b([^>]*)>([^<]*)/g)) {
    if (close) {
      if (name !== 'text') groups.pop()
      continue
    }
    const own = attributesOf(rest)
    if (name !== 'text') {
      groups.push(own)
      continue
    }
    const inherited = (attribute: string): string | undefined =>
      [...groups, own].findLast((each) => each.has(attribute))?.get(attribute)
    const size = Number(inherited('font-size'))
    const width = textWidth(unescaped(content), size, inherited('font-weight') !== undefined)
    const anchor = inherited('text-anchor')
    // Pictures within the picture have a place.
    const shift = (attribute: string): number =>
      groups.slice(1).reduce((sum, group) => sum + Number(group.get(attribute) ?? 0), 0)
    const [x, y] = [Number(own.get('x')) + shift('x'), Number(own.get('y')) + shift('y')]
    const begin = anchor === 'end' ? x - width : anchor === 'middle' ? x - width / 2 : x
    // What letters without accents take of their line.
    const flat = { left: begin, right: begin + width, top: y - 0.74 * size, bottom: y + 0.2 * size }
    const transform = inherited('transform')
    boxes.push({ content: unescaped(content), ...(transform === undefined ? flat : moved(flat, transform)) })
  }
  return boxes
}

type Flat = Omit<Box, 'content'>

function moved({ left, right, top, bottom }: Flat, transform: string): Flat {
  const place = /^translate\(([-\d.]+) ([-\d.]+)\)( rotate\(-90\))?$/.exec(transform)
  const [, around, down] = /^rotate\(-90 ([-\d.]+) ([-\d.]+)\)$/.exec(transform) ?? []
  if (place === null && around === undefined) throw new Error(`transform="${transform}" is not known here`)
  const [x, y] = place === null ? [Number(around), Number(down)] : [Number(place[1]), Number(place[2])]
  const [cx, cy] = place === null ? [x, y] : [0, 0]
  if (place !== null && place[3] === undefined)
    return { left: left + x, right: right + x, top: top + y, bottom: bottom + y }
  // A quarter of a turn against the clock: what was right of the middle is above it.
  return { left: x + top - cy, right: x + bottom - cy, top: y - (right - cx), bottom: y - (left - cx) }
}

/** What is wrong with the texts of a drawing, a line each: one leaves the picture, or two share more than a hair of space. */
export function textProblems(svg: string): string[] {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number)
  const boxes = textBoxes(svg).filter(({ content }) => content.trim() !== '')
  const outside = boxes
    .filter(({ left, right, top, bottom }) => left < 0 || top < 0 || right > width || bottom > height)
    .map(({ content }) => `'${content}' leaves the picture of ${width} x ${height}`)
  const touching = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter(
        (b) =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5,
      )
      .map((b) => `'${a.content}' lies on '${b.content}'`),
  )
  return [...outside, ...touching]
}
