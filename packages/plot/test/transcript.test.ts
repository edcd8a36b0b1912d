import { inflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { plotTranscript } from '../src/index.ts'

const options = {
  spectrogram: Float32Array.from({ length: 30 * 4 }, (_, i) => (i % 4) - Math.floor(i / 40)),
  features: 4,
  frameStep: 0.01,
  frequencies: [100, 200, 400, 800],
  letters: [
    { symbol: 'h', at: 0.05 },
    { symbol: ' ', at: 0.1 },
    { symbol: '<', at: 0.2 },
  ],
  words: [
    { word: 'h', begin: 0.05, end: 0.05 },
    { word: '<', begin: 0.2, end: 0.2 },
  ],
}

it('a transcript has its words, its letters at their times, and the spectrogram as a picture within', () => {
  const svg = plotTranscript(options)
  expect(svg).toContain('>h &lt;</text>')
  expect(svg.match(/<line [^>]*stroke="#d97706"/g)).toHaveLength(2)
  expect(svg).toContain('100 Hz')
  const [, base64] = /data:image\/png;base64,([^"]+)/.exec(svg)!
  const png = Buffer.from(base64, 'base64')
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([30, 4])
  const at = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  expect(rows).toHaveLength(4 * 31)
  // High frequencies are above, and loud is dark: the last feature of the first frames is the loudest.
  expect(rows[1]).toBeLessThan(rows[3 * 31 + 1])
  expect(rows[1]).toBeLessThan(rows[30])
  expect(() => plotTranscript({ ...options, spectrogram: new Float32Array(3) })).toThrow(RangeError)
  expect(plotTranscript({ ...options, letters: [], words: [] })).toContain('nothing was heard')
})
