/** Pictures of classes, drawn as SVG: figures, colours, textures, letters, scenes. Everything but the class is left to chance. */
import type { Random } from '../../packages/gentle/src/core/random.ts'

/** Draws a picture of a class, of so many pixels a side. */
export type Drawing = (name: string, side: number, random: Random) => string

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform()

const oneOf = <Item>(random: Random, items: readonly Item[]): Item => items[random.integer(items.length)]

const hsl = (hue: number, saturation: number, lightness: number): string =>
  `hsl(${hue.toFixed(0)}, ${saturation.toFixed(0)}%, ${lightness.toFixed(0)}%)`

/** A colour of any hue, neither white nor black. */
const anyColour = (random: Random): string =>
  hsl(between(random, 0, 360), between(random, 30, 90), between(random, 25, 60))

const paleColour = (random: Random): string =>
  hsl(between(random, 0, 360), between(random, 0, 40), between(random, 82, 98))

const svg = (side: number, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 100 100"><g>${content}</g></svg>`

const ground = (colour: string): string => `<rect width="100" height="100" fill="${colour}"/>`

/** Corners of a regular polygon or, with an inner radius, of a star, around (0, 0). */
function corners(points: number, inner?: number): string {
  const count = inner === undefined ? points : 2 * points
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2
    const radius = inner !== undefined && i % 2 === 1 ? inner : 1
    return `${(radius * Math.cos(angle)).toFixed(3)},${(radius * Math.sin(angle)).toFixed(3)}`
  }).join(' ')
}

/** Figures of radius 1 around (0, 0). */
const outlines: Readonly<Record<string, string>> = {
  circle: '<circle r="0.9"/>',
  triangle: `<polygon points="${corners(3)}"/>`,
  square: '<rect x="-0.75" y="-0.75" width="1.5" height="1.5"/>',
  star: `<polygon points="${corners(5, 0.45)}"/>`,
  cross: '<path d="M-.3-.9h.6v.6h.6v.6h-.6v.6h-.6v-.6h-.6v-.6h.6z"/>',
  ring: '<path fill-rule="evenodd" d="M-.9 0a.9.9 0 1 0 1.8 0a.9.9 0 1 0 -1.8 0zM-.5 0a.5.5 0 1 0 1 0a.5.5 0 1 0 -1 0z"/>',
  hexagon: `<polygon points="${corners(6)}"/>`,
}

/** A figure somewhere, of some size, turned and in some colour. */
function placed(outline: string, random: Random, colour: string, [small, large] = [16, 34], turn = 25): string {
  const radius = between(random, small, large)
  const [x, y] = [between(random, radius, 100 - radius), between(random, radius, 100 - radius)]
  return `<g fill="${colour}" transform="translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(${between(random, -turn, turn).toFixed(1)}) scale(${radius.toFixed(2)})">${outline}</g>`
}

/** One figure, of any colour on a pale ground: its outline is the class. */
export const figure: Drawing = (name, side, random) =>
  svg(side, ground(paleColour(random)) + placed(outlines[name], random, anyColour(random)))

const hues: Readonly<Record<string, number>> = { red: 0, yellow: 52, green: 125, blue: 225, purple: 285 }

/** Some figures of one hue on grey: the hue is the class. */
export const colour: Drawing = (name, side, random) => {
  const shown = Array.from({ length: 1 + random.integer(3) }, () =>
    placed(
      oneOf(random, Object.values(outlines)),
      random,
      hsl(hues[name] + between(random, -12, 12), between(random, 50, 95), between(random, 38, 60)),
    ),
  )
  return svg(side, ground(hsl(0, 0, between(random, 20, 95))) + shown.join(''))
}

/** What repeats, in a tile of 10 x 10. */
const tiles: Readonly<Record<string, string>> = {
  stripes: '<rect width="10" height="5"/>',
  checks: '<rect width="5" height="5"/><rect x="5" y="5" width="5" height="5"/>',
  dots: '<circle cx="5" cy="5" r="3"/>',
  grid: '<path d="M0 0h10v2h-8v8h-2z"/>',
  waves: '<path d="M0 5q2.5-5 5 0t5 0v3q-2.5 5-5 0t-5 0z"/>',
  bricks: '<path d="M0 0h10v1h-10zM0 5h10v1h-10zM0 0h1v5h-1zM5 5h1v5h-1z"/>',
}

/** A texture of any scale, turn and two colours: its tile is the class. */
export const texture: Drawing = (name, side, random) => {
  const scale = between(random, 0.9, 2)
  const place = `rotate(${between(random, -20, 20).toFixed(1)}) scale(${scale.toFixed(2)}) translate(${between(random, 0, 10).toFixed(1)} ${between(random, 0, 10).toFixed(1)})`
  return svg(
    side,
    `${ground(paleColour(random))}<pattern id="t" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="${place}"><g fill="${anyColour(random)}">${tiles[name]}</g></pattern><rect width="100" height="100" fill="url(#t)"/>`,
  )
}

/** Strokes of letters in a square from (-1, -1) to (1, 1). */
const strokes: Readonly<Record<string, string>> = {
  A: 'M-.7 1L0-1L.7 1M-.42 .3H.42',
  B: 'M-.6-1V1H.2A.5.5 0 0 0 .2 0H-.6M-.6-1H.1A.5.5 0 0 1 .1 0',
  C: 'M.7-.6A.85.95 0 1 0 .7 .6',
  D: 'M-.6-1V1H-.1A.8 1 0 0 0-.1-1Z',
  E: 'M.6-1H-.6V1H.6M-.6 0H.4',
  F: 'M.6-1H-.6V1M-.6 0H.4',
  H: 'M-.6-1V1M.6-1V1M-.6 0H.6',
  J: 'M.4-1V.5A.5.5 0 0 1-.6 .5',
  K: 'M-.6-1V1M.6-1L-.6 .1M-.2-.2L.6 1',
  L: 'M-.5-1V1H.6',
  M: 'M-.8 1V-1L0 .3L.8-1V1',
  O: 'M-.8 0A.8.95 0 1 0 .8 0A.8.95 0 1 0-.8 0',
  P: 'M-.6 1V-1H.1A.5.55 0 0 1 .1 .1H-.6',
  R: 'M-.6 1V-1H.1A.5.5 0 0 1 .1 .05H-.6M0 .05L.6 1',
  S: 'M.6-.7C.2-1.2-.6-1-.6-.5C-.6 .1 .6-.1 .6 .5C.6 1-.2 1.2-.6 .7',
  T: 'M-.7-1H.7M0-1V1',
  U: 'M-.6-1V.4A.6.6 0 0 0 .6 .4V-1',
  V: 'M-.7-1L0 1L.7-1',
  X: 'M-.7-1L.7 1M.7-1L-.7 1',
  Y: 'M-.7-1L0 0L.7-1M0 0V1',
}

export const letterNames: readonly string[] = Object.keys(strokes)

/** A letter in light strokes on dark, turned by up to 40 degrees. */
export const letter: Drawing = (name, side, random) => {
  const [across, down] = [between(random, 18, 32), between(random, 22, 36)]
  const place = `translate(${between(random, 38, 62).toFixed(1)} ${between(random, 38, 62).toFixed(1)}) rotate(${between(random, -40, 40).toFixed(1)}) scale(${across.toFixed(1)} ${down.toFixed(1)})`
  const grey = (low: number, high: number): string => hsl(0, 0, between(random, low, high))
  return svg(
    side,
    `${ground(grey(0, 30))}<path transform="${place}" d="${strokes[name]}" fill="none" stroke="${grey(65, 100)}" stroke-width="${between(random, 0.18, 0.4).toFixed(2)}" stroke-linecap="round" stroke-linejoin="round"/>`,
  )
}

const landscape = (random: Random): string => {
  const horizon = between(random, 45, 75)
  return `${ground(hsl(between(random, 190, 230), between(random, 30, 80), between(random, 60, 90)))}<rect y="${horizon.toFixed(1)}" width="100" height="60" fill="${hsl(between(random, 60, 140), between(random, 20, 60), between(random, 30, 60))}"/>`
}

/** Things of about 1 around (0, 0), in two colours. */
const things: Readonly<Record<string, (one: string, other: string) => string>> = {
  house: (one, other) =>
    `<rect x="-.8" y="-.1" width="1.6" height="1.1" fill="${one}"/><polygon points="-1,-.1 0,-1 1,-.1" fill="${other}"/><rect x="-.2" y=".35" width=".4" height=".65" fill="${other}"/>`,
  tree: (one, other) =>
    `<rect x="-.15" y=".1" width=".3" height=".9" fill="${one}"/><circle cx="-.3" cy="-.2" r=".5" fill="${other}"/><circle cx=".3" cy="-.2" r=".5" fill="${other}"/><circle cy="-.55" r=".45" fill="${other}"/>`,
  car: (one, other) =>
    `<rect x="-1" y="-.1" width="2" height=".6" rx=".2" fill="${one}"/><path d="M-.6-.1L-.35-.55H.4L.7-.1z" fill="${one}"/><circle cx="-.5" cy=".5" r=".27" fill="${other}"/><circle cx=".5" cy=".5" r=".27" fill="${other}"/>`,
  boat: (one, other) =>
    `<path d="M-1 .4H1L.65 .95H-.65z" fill="${one}"/><path d="M0 .3V-1L.75 .3z" fill="${other}"/><path d="M-.1 .3V-.8L-.7 .3z" fill="${other}"/>`,
}

/** A thing in a landscape among figures, with the grain of a photograph: what it is is the class. */
export const scene: Drawing = (name, side, random) => {
  const clutter = Array.from({ length: random.integer(4) }, () =>
    placed(oneOf(random, Object.values(outlines)), random, anyColour(random), [3, 8], 180),
  )
  const thing = placed(things[name](anyColour(random), anyColour(random)), random, 'none', [18, 34], 12)
  const grain = `<filter id="g" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency="0.8" seed="${random.integer(1000)}"/><feColorMatrix values="0 0 0 0 .5 0 0 0 0 .5 0 0 0 0 .5 0 0 0 .35 0"/></filter><rect width="100" height="100" filter="url(#g)"/>`
  return svg(side, landscape(random) + clutter.join('') + thing + grain)
}
