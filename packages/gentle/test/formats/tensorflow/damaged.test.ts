/** Files in which one value is gone or another are opened, or refused by an error of one line. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { GentleError } from '../../../src/core/errors.ts'
import { loadTensorflow } from '../../../src/formats/tensorflow/index.ts'
import { randomCases } from '../../random-cases.ts'
import { type Golden, shardOf } from './golden.ts'

const cases = ['layers', 'graphs'].flatMap((kind): Golden[] =>
  Object.values(JSON.parse(readFileSync(new URL(`../../goldens/tensorflow-${kind}.json`, import.meta.url), 'utf8'))),
)
const backend = reference()
const others = [null, -1, 0, 3, 1e9, 1.5, true, '', 'softmax', [], [[]], [-1], [3, 3], [1e9, 1e9], ['x'], {}]

type Place = [of: Record<string, unknown>, key: string]

const places = (value: unknown): Place[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, each]) => [[value as Place[0], key] as Place, ...places(each)])

it('whatever is changed in a model.json', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...cases),
      fc.nat(),
      fc.constantFrom(undefined, ...others),
      async (golden, at, other) => {
        const model = structuredClone(golden.model)
        const all = places(model)
        const [of, key] = all[at % all.length]
        of[key] = other
        try {
          await loadTensorflow(JSON.parse(JSON.stringify(model)), shardOf(golden), { backend })
        } catch (error) {
          expect(error).toBeInstanceOf(GentleError)
          expect((error as Error).message).not.toContain('\n')
        }
      },
    ),
    { numRuns: randomCases(200), seed: 7 },
  )
})
