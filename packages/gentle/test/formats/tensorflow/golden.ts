/** Models with inputs and outputs, as make-tensorflow-layers.js and make-tensorflow-graphs.js store them. */
import { expect } from 'vitest'
import type { NDArray } from '../../../src/core/ndarray.ts'
import type { Shape } from '../../../src/core/shape.ts'

export interface Golden {
  /** A model.json. */
  readonly model: { readonly modelTopology: object }
  /** The one file of weights, base64. */
  readonly weights: string
  readonly inputs: Readonly<Record<string, { shape: Shape; data: number[]; dtype?: 'int32' }>>
  readonly outputs: readonly { shape: Shape; data: number[] }[]
}

export const bytesFrom = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

export const shardOf =
  ({ weights }: Golden) =>
  (): Uint8Array =>
    bytesFrom(weights)

export const goldenInputs = ({ inputs }: Golden): Record<string, NDArray> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data, dtype }]): [string, NDArray] => [
      name,
      dtype === 'int32'
        ? { shape, dtype, data: Int32Array.from(data) }
        : { shape, dtype: 'float32', data: Float32Array.from(data) },
    ]),
  )

/** All outputs, in their order, of the stored shapes, and equal to 1e-5 of the numbers or of 1. */
export function expectOutputs(outputs: Readonly<Record<string, NDArray>>, golden: Golden): void {
  const given = Object.values(outputs)
  expect(given.map(({ shape }) => shape)).toEqual(golden.outputs.map(({ shape }) => shape))
  golden.outputs.forEach(({ data }, i) => {
    expect(given[i].data).toHaveLength(data.length)
    data.forEach((value, at) => {
      expect(
        Math.abs(given[i].data[at] - value),
        `output ${i} at ${at}: ${given[i].data[at]}, not ${value}`,
      ).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)))
    })
  })
}
