import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../packages/gentle/src')

/** Whose numbers reach weights; decoding of what a network says does not. */
const rooms = ['core', 'optim', 'models', 'data', 'vision', 'speech']
const apart = ['core/portable-math.ts', 'speech/ctc/', 'vision/class-colours.ts', 'vision/metrics/']

/** What engines compute to other last bits; powers of 2 are exact, and sums of powers of 32 too. */
const open =
  /\bMath\.(exp|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|pow|cbrt|hypot)\(|(?<!\b(2|32)) \*\* /

it('what reaches weights is computed by functions that have the same bits everywhere', () => {
  const files = rooms.flatMap((room) =>
    readdirSync(join(source, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  )
  const found = files
    .filter((file) => file.endsWith('.ts') && !apart.some((start) => file.startsWith(start)))
    .flatMap((file) =>
      readFileSync(join(source, file), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\/?\*|\/\/)/.test(line) && open.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
  expect(files.length).toBeGreaterThan(100)
  expect(found).toEqual([])
})
