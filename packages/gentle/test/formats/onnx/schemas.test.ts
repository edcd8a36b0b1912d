/** What the reader declares of ONNX's operators against the ONNX project's own list of them (make-onnx-schemas.js). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { newestOpset } from '../../../src/formats/onnx/interpret.ts'
import { operators } from '../../../src/formats/onnx/operators/index.ts'
import { type Operator, withoutEffect } from '../../../src/formats/onnx/operators/operator.ts'

const schemas: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL('../../goldens/onnx-schemas.json', import.meta.url), 'utf8'),
)

const listing = (attributes: readonly string[]): string =>
  attributes
    .filter((name) => !withoutEffect.has(name))
    .toSorted()
    .join(' ')

/** What the reader says of an operator, in the form of the list. */
const declared = (versions: Operator): Record<string, string> =>
  Object.fromEntries(versions.map(({ since, attributes }) => [since, listing(attributes)]))

describe('operators that are read', () => {
  it('have the versions and attributes that the standard lists', () => {
    const found = Object.fromEntries(Object.entries(operators).map(([name, versions]) => [name, declared(versions)]))
    const listed = Object.fromEntries(
      Object.entries(operators).map(([name, versions]) => [
        name,
        Object.fromEntries(
          Object.entries(schemas[name] ?? {})
            .filter(([since]) => Number(since) >= versions[0].since && Number(since) <= newestOpset)
            .map(([since, attributes]) => [since, listing(attributes.split(' '))]),
        ),
      ]),
    )
    expect(found).toEqual(listed)
  })
})
