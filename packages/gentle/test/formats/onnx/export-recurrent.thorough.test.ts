/** Recurrent layers in files of ONNX: each a node of its own, which is read again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { exportOnnx, loadOnnx } from '../../../src/formats/onnx/index.ts'
import { readOnnx } from '../../../src/formats/onnx/read-onnx.ts'
import { createModel } from '../../../src/nn/model.ts'
import { predict } from '../../../src/train/index.ts'
import { lengthsFor, recurrentNetworks, sequencesFor, withLengths } from './recurrent-networks.ts'

describe('a recurrent layer in a file of ONNX', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 1 })
  })
  afterAll(() => backend?.close())

  it.each(Object.entries(recurrentNetworks))('%s', async (_, { layer, operators, width = 3 }) => {
    const model = await createModel(layer(), [5, width], { seed: 4, backend })
    const { data, examples } = sequencesFor(width)
    const file = await exportOnnx(model)
    const { graph } = readOnnx(file, 'file')
    const loops = graph.nodes.filter(({ operator }) => ['LSTM', 'GRU', 'RNN', 'Scan'].includes(operator))
    expect(loops.map(({ operator }) => operator)).toEqual(operators)
    const again = await loadOnnx(file, { backend })
    const { output } = await again.run({ input: { data, shape: [examples, 5, width] } })
    const expected = await predict(model, data)
    expected.data.forEach((value, i) => {
      expect(Number(output.data[i])).toBeCloseTo(value, 5)
    })
    again.dispose()
  })

  it('knows lengths of sequences, where the input has them', async () => {
    const model = await createModel(
      withLengths(),
      { x: { dtype: 'float32', shape: [3], sequence: 5 } },
      { seed: 4, backend },
    )
    const { data, examples } = sequencesFor(3)
    const file = await exportOnnx(model)
    const again = await loadOnnx(file, { backend })
    expect(again.inputs.map(({ name }) => name)).toEqual(['x', 'xLengths'])
    const feed = { x: { data, shape: [examples, 5, 3] }, xLengths: { data: lengthsFor, shape: [examples] } }
    const { output } = await again.run(feed)
    const whole = await again.run({ ...feed, xLengths: { data: [5, 5, 5], shape: [examples] } })
    expect(output.data[0]).not.toBe(whole.output.data[0])
    const short = await again.run({
      x: { data: data.slice(0, 15), shape: [1, 5, 3] },
      xLengths: { data: [2], shape: [1] },
    })
    const padded = data.slice(0, 15).fill(9, 6)
    const same = await again.run({ x: { data: padded, shape: [1, 5, 3] }, xLengths: { data: [2], shape: [1] } })
    expect(same.output.data).toEqual(short.output.data)
    again.dispose()
  })
})
