import { expect, it } from 'vitest'
import { colourOf, darkRules, muted, paper } from '../src/colours.ts'

type Triple = readonly [number, number, number]

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const simulations: Readonly<Record<string, readonly Triple[]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
  'full colour vision': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
}

const applied = (rows: readonly Triple[], [r, g, b]: Triple): Triple =>
  rows.map(([x, y, z]) => Math.min(1, Math.max(0, x * r + y * g + z * b))) as unknown as Triple

/** `#rrggbb` as linear RGB from 0 to 1. */
const linear = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as unknown as Triple

const toXyz: readonly Triple[] = [
  [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
  [0.2126, 0.7152, 0.0722],
  [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
]

function cielab(colour: Triple): Triple {
  const [x, y, z] = applied(toXyz, colour).map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116))
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const distance = (a: Triple, b: Triple): number => Math.hypot(...a.map((value, i) => value - b[i]))

const listed = Array.from({ length: 8 }, (_, i) => colourOf(i))

/** The same colours on a dark page. */
const onDark = listed.map(
  (colour) => /fill:(#[0-9a-f]{6})/.exec(darkRules('', `<rect fill="${colour}"/>`))?.[1] ?? colour,
)

it.each(Object.keys(simulations))('eight lines have colours that differ for readers with %s', (vision) => {
  for (const colours of [listed, onDark]) {
    const seen = colours.map((colour) => cielab(applied(simulations[vision], linear(colour))))
    for (const [i, a] of seen.entries())
      for (const b of seen.slice(0, i)) expect(distance(a, b), `${vision}: ${colours[i]}`).toBeGreaterThan(11)
  }
})

it('lines stand out from light and dark pages: a contrast of at least 3', () => {
  const luminance = (hex: string): number => applied(toXyz, linear(hex))[1]
  const contrast = (a: string, b: string): number => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
    return (high + 0.05) / (low + 0.05)
  }
  for (const colour of [...listed, muted]) expect(contrast(colour, paper), colour).toBeGreaterThan(3)
  for (const colour of onDark) expect(contrast(colour, '#14191f'), colour).toBeGreaterThan(3)
})
