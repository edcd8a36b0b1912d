import { expect, it } from 'vitest'
import { drawn } from '../src/data/pictures.ts'
import { gallery } from '../src/terminal/terminal.ts'

const picture = (caption: string, width = 14) => ({
  lines: ['#'.repeat(width), '#'.repeat(width)],
  caption,
  colour: (text: string) => text,
})

it('pictures stand side by side as far as there is room, each over its caption', () => {
  const all = ['7', '2', '1', '8', 'triangle, is circle'].map((caption) => picture(caption))
  const widthIn = (room: number): number =>
    Math.max(
      ...gallery(all, room)
        .split('\n')
        .map((line) => line.length),
    )
  expect(widthIn(120)).toBe(4 * 16 + 2 + 'triangle, is circle'.length)
  expect(widthIn(80)).toBe(4 * 16)
  expect(widthIn(60)).toBe(3 * 16)
  // One is always shown.
  expect(widthIn(10)).toBe(16)
  const [line, , captions] = gallery(all.slice(3), 80).split('\n')
  expect(captions.indexOf('triangle')).toBe(line.lastIndexOf(' #') + 1)
})

it('a large picture is made smaller', () => {
  const lines = drawn(new Float32Array(3 * 224 * 224).fill(1), [3, 224, 224])
  expect(lines.map((line) => line.length)).toEqual(new Array(9).fill(18))
  expect(drawn(new Float32Array(784), [1, 28, 28])).toHaveLength(7)
})
