import { expect, it } from 'vitest'
import * as portableMath from '../../src/core/portable-math.ts'

/** Of how many units in the last place two numbers differ, about. */
const unitsApart = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / (Math.abs(b) * Number.EPSILON))

const from = (low: number, high: number) => Array.from({ length: 2000 }, (_, i) => low + ((high - low) * i) / 1999)

it.each([
  ['exp', from(-708, 708)],
  ['exp', from(-1, 1)],
  ['log', from(1e-300, 1e-299)],
  ['log', from(0.5, 2)],
  ['log', from(3, 1e6)],
  ['log10', from(1.1, 1e4)],
  ['sin', from(0.1, 3)],
  ['sin', from(-20, 20)],
  ['cos', from(-20, 20)],
  ['cos', from(9e5, 1e6)],
  ['tan', from(-1.5, 1.5)],
] as const)('%s is as exact as that of Math', (name, values) => {
  const functions = { ...portableMath }
  // Near a zero of theirs the sine and its like are exact to what their argument is.
  for (const x of values)
    if (Math.abs(Math[name](x)) > 1e-9) expect(unitsApart(functions[name](x), Math[name](x)), `${x}`).toBeLessThan(3)
})

it('powers are those of Math: whole ones to a few units, others to as many as y log x', () => {
  for (const x of from(0.01, 3)) {
    for (const y of [2, 3, -1, 7]) expect(unitsApart(portableMath.pow(x, y), x ** y)).toBeLessThan(8)
    for (const y of [0.5, 2.4, -3.3]) expect(unitsApart(portableMath.pow(x, y), x ** y)).toBeLessThan(24)
  }
})

it('at the ends of their range they are what Math gives', () => {
  const { exp, log, sin, cos, pow, hypot } = portableMath
  expect([exp(Number.NEGATIVE_INFINITY), exp(-746), exp(-745), exp(0), exp(710)]).toEqual([0, 0, 5e-324, 1, Infinity])
  expect([exp(Number.NaN), exp(Infinity), log(-1), log(Number.NaN)]).toEqual([
    Number.NaN,
    Infinity,
    Number.NaN,
    Number.NaN,
  ])
  expect([log(0), log(1), log(Infinity)]).toEqual([-Infinity, 0, Infinity])
  expect(unitsApart(log(5e-324), Math.log(5e-324))).toBeLessThan(2)
  expect([sin(0), cos(0), sin(Infinity), cos(Number.NaN)]).toEqual([0, 1, Number.NaN, Number.NaN])
  expect([pow(0, 0.5), pow(0, 0), pow(2, 10), pow(10, -3), pow(0, -1)]).toEqual([0, 1, 1024, 0.001, Infinity])
  expect([pow(-2, 3), pow(-2, 0.5), hypot(3, 4)]).toEqual([-8, Number.NaN, 5])
})
