import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import * as nn from '../../src/nn/index.ts'
import { summarize } from '../../src/nn/summary.ts'
import { matmul, scan, transpose } from '../../src/ops/index.ts'

const [batch, steps, inputs, units] = [2, 4, 3, 5]

const sequences = (): Tensor =>
  constant(
    Float32Array.from({ length: batch * steps * inputs }, (_, i) => Math.sin(i)),
    [batch, steps, inputs],
  )

const scopeOf = (parameters: nn.Parameters = new Map()): nn.Scope =>
  new nn.Scope({ parameters, state: new Map(), seed: 1, training: false })

async function run(outputs: Record<string, Tensor>): Promise<Record<string, number[]>> {
  const program = await reference().compile({ inputs: {}, outputs })
  const values = await program.run()
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, [...values[name].data]]))
}

const kinds = [
  ['RNN', nn.RNN, nn.RNNCell],
  ['LSTM', nn.LSTM, nn.LSTMCell],
  ['GRU', nn.GRU, nn.GRUCell],
] as const

describe('a recurrent layer', () => {
  it.each(kinds)('%s is a loop over its cell', async (_, Layer, Cell) => {
    const cell = Cell(units)
    const parameters: nn.Parameters = new Map()
    const scope = scopeOf(parameters)
    const x = sequences()
    const looped = scan(
      (state: nn.CellState, slice: Tensor) => scope.applyCell('cell', cell, slice, state),
      cell.zeroState(batch),
      transpose(x, [1, 0, 2]),
    )
    expect([...parameters.keys()]).toEqual(['cell.weight_ih', 'cell.weight_hh', 'cell.bias_ih', 'cell.bias_hh'])
    const renamed = new Map([...parameters].map(([name, value]) => [`${name.replace('cell.', '')}_l0`, value]))
    const layer = Layer(units).applySequence(x, scopeOf(renamed))
    const values = await run({
      cell: transpose(looped.outputs, [1, 0, 2]),
      layer: layer.outputs,
      ofCell: looped.state.at(-1)!,
      ofLayer: layer.state[0].at(-1)!,
    })
    expect(values.layer).toEqual(values.cell)
    expect(values.ofLayer).toEqual(values.ofCell)
  })

  it('begins as PyTorch has it, or as Keras', async () => {
    const begun = async (options: nn.LSTMOptions): Promise<Record<string, number[]>> => {
      const parameters: nn.Parameters = new Map()
      nn.LSTM(units, options).apply(sequences(), scopeOf(parameters))
      return run(Object.fromEntries(parameters))
    }
    const limit = 1 / Math.sqrt(units)
    for (const values of Object.values(await begun({}))) {
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(limit)
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.6 * limit)
    }
    const keras = await begun({ weightInit: 'glorotUniform', recurrentInit: 'orthogonal', biasInit: 0, forgetBias: 1 })
    const gates = (...values: number[]): number[] => values.flatMap((value) => Array<number>(units).fill(value))
    expect(keras.bias_ih_l0).toEqual(gates(0, 1, 0, 0))
    expect(keras.bias_hh_l0).toEqual(gates(0, 0, 0, 0))
    const weight = constant(keras.weight_hh_l0, [4 * units, units])
    const { squares } = await run({ squares: matmul(weight, weight, { transposeA: true }) })
    squares.forEach((value, i) => {
      expect(value).toBeCloseTo(i % (units + 1) === 0 ? 1 : 0, 5)
    })
  })

  it('gives the last states of both directions where one answer is asked of a sequence', async () => {
    const parameters: nn.Parameters = new Map()
    const x = sequences()
    const all = nn.GRU(units, { bidirectional: true }).applySequence(x, scopeOf(parameters))
    const last = nn.GRU(units, { bidirectional: true, outputs: 'last' }).apply(x, scopeOf(parameters))
    expect(last.shape).toEqual([batch, 2 * units])
    const values = await run({ all: all.outputs, last })
    for (let example = 0; example < batch; example++) {
      const at = (step: number) => (example * steps + step) * 2 * units
      expect(values.last.slice(example * 2 * units, (example + 1) * 2 * units)).toEqual([
        ...values.all.slice(at(steps - 1), at(steps - 1) + units),
        ...values.all.slice(at(0) + units, at(1)),
      ])
    }
  })

  it('knows the lengths of a sequence that its network takes, through layers around it', async () => {
    const network = nn.ofInput('frames', nn.Sequential(nn.Linear(4), nn.LSTM(units, { outputs: 'last' }), nn.Linear(2)))
    const parameters: nn.Parameters = new Map()
    const scope = scopeOf(parameters)
    const shorter = constant([steps, 2], [batch], 'int32')
    const x = sequences()
    const whole = network.applyInputs({ frames: x }, scope)
    const y = network.applyInputs({ frames: x, framesLengths: shorter }, scope)
    const alone = network.applyInputs({ frames: x.slice([1, 0, 0], [1, 2, inputs]) }, scope)
    const values = await run({ whole, y, alone })
    expect(values.y.slice(0, 2)).toEqual(values.whole.slice(0, 2))
    expect(values.y.slice(2)).not.toEqual(values.whole.slice(2))
    for (const [i, value] of values.alone.entries()) expect(values.y[2 + i]).toBeCloseTo(value, 6)
    const halved: nn.Layer = {
      description: { type: 'halved' },
      apply: (all) => all.slice([0, 0, 0], [batch, 2, inputs]),
    }
    expect(() =>
      nn.ofInput('x', nn.Sequential(halved, nn.GRU(2))).applyInputs({ x, xLengths: shorter }, scopeOf()),
    ).toThrow(
      new ShapeError(
        'layer 1 (gru) on input [2, 2, 3]: sequences [2, 2, 3] do not match the 2 examples of 4 steps whose lengths are known; use applySequence with their own lengths',
      ),
    )
  })

  it.each([
    ['attention of several heads', nn.MultiHeadAttention(4, 2)],
    ['a row convolution', nn.RowConv(2)],
  ])('has neighbours that leave padding out as it does: %s', async (_, layer) => {
    const network = nn.ofInput('frames', nn.Sequential(nn.Linear(4, { biasInit: 1 }), layer))
    const scope = scopeOf()
    const x = sequences()
    const y = network.applyInputs({ frames: x, framesLengths: constant([steps, 2], [batch], 'int32') }, scope)
    const alone = network.applyInputs({ frames: x.slice([1, 0, 0], [1, 2, inputs]) }, scope)
    const values = await run({ y: y.slice([1, 0, 0], [1, 2, 4]), alone })
    for (const [i, value] of values.alone.entries()) expect(values.y[i]).toBeCloseTo(value, 6)
  })

  it('drops, in training, the same inputs and the same of the state in all steps of an example, and other values between layers in each', async () => {
    const [many, long] = [4, 6]
    const outputsOf = async (options: nn.RNNOptions, training = true): Promise<number[][][]> => {
      // Weights of the identity: what is dropped shows.
      const initialValues: nn.InitialValues = (path, [rows, columns]) =>
        Float32Array.from({ length: rows * columns }, (_, i) =>
          path.startsWith('weight_ih') && i % (columns + 1) === 0
            ? 1
            : path === 'weight_hh_l0' && i % (columns + 1) === 0
              ? 0.5
              : 0,
        )
      const scope = new nn.Scope({
        parameters: new Map(),
        state: new Map(),
        seed: 3,
        training,
        step: training ? constant(7, [], 'int32') : undefined,
        initialValues,
      })
      const layer = nn.RNN(units, { activation: 'relu', bias: false, ...options })
      const { y } = await run({
        y: layer.apply(constant(new Float32Array(many * long * units).fill(1), [many, long, units]), scope),
      })
      return Array.from({ length: many }, (_, n) =>
        Array.from({ length: long }, (_, t) => y.slice((n * long + t) * units, (n * long + t + 1) * units)),
      )
    }
    const kept = await outputsOf({ inputDropout: 0.5, recurrentDropout: 0.5, dropout: 0.5 }, false)
    expect(kept[0][1]).toEqual(Array<number>(units).fill(1.5))

    const ofInput = await outputsOf({ inputDropout: 0.5 })
    for (const [first, ...later] of ofInput) {
      for (const value of first) expect([0, 2]).toContain(value)
      for (const values of later) expect(values.map((value) => value > 0)).toEqual(first.map((value) => value > 0))
    }
    expect(new Set(ofInput.map((steps) => steps[0].join())).size).toBeGreaterThan(1)

    // Where the state is dropped only the input is left, and where it is kept it counts twice: 1, 2, 3, ...
    const ofState = await outputsOf({ recurrentDropout: 0.5 })
    const courses = new Set(
      ofState.flatMap((steps) => steps[0].map((_, unit) => steps.map((values) => values[unit]).join())),
    )
    expect([...courses].sort()).toEqual(['1,1,1,1,1,1', '1,2,3,4,5,6'])

    const between = await outputsOf({ layers: 2, dropout: 0.5 })
    expect(
      new Set(between.flatMap((steps) => steps.map((values) => values.map((value) => value > 0).join()))).size,
    ).toBeGreaterThan(3)
    expect((await outputsOf({ dropout: 0.5 }))[0]).toEqual(kept[0])
  })

  it('is counted with all of its steps', () => {
    const summary = summarize(nn.Sequential(nn.LSTM(units, { layers: 2 }), nn.Linear(7)), [steps, inputs])
    const ofLayers = 4 * units * (inputs + units + 2 + units + units + 2)
    expect(
      summary.layers.map(({ name, type, outputShape, parameters, macs }) => ({
        name,
        type,
        outputShape,
        parameters,
        macs,
      })),
    ).toEqual([
      {
        name: '0',
        type: 'lstm',
        outputShape: [steps, units],
        parameters: ofLayers,
        macs: steps * 4 * units * (inputs + units + units + units),
      },
      { name: '1', type: 'linear', outputShape: [steps, 7], parameters: 7 * (units + 1), macs: steps * 7 * units },
    ])
  })

  it('keeps what its steps compute for the way back, or states alone where they are computed anew', () => {
    const keptBy = (options: nn.LSTMOptions) =>
      summarize(nn.LSTM(units, options), [100, units]).layers[0].trainingBytes!
    const ofOne = 4 * 100 * units
    // Four gates, the cell, its tanh, the outputs; and what goes in.
    expect(keptBy({})).toBeGreaterThanOrEqual(8 * ofOne)
    expect(keptBy({ rematerialize: 10 })).toBeLessThan(3 * ofOne)
  })

  it('with layers in the body of a loop is one part of a network', () => {
    const looping: nn.Layer = {
      description: { type: 'looping' },
      apply(x, scope) {
        const { outputs } = scan(
          (h: Tensor, slice: Tensor) => {
            const next = scope.apply('linear', nn.Linear(inputs), slice.add(h))
            return { state: next, output: next }
          },
          x.slice([0, 0, 0], [batch, 1, inputs]).reshape([batch, inputs]).mul(0),
          transpose(x, [1, 0, 2]),
        )
        return transpose(outputs, [1, 0, 2])
      },
    }
    const summary = summarize(looping, [steps, inputs], { batchSize: batch })
    expect(summary.layers.map(({ type, parameters, macs }) => [type, parameters, macs])).toEqual([
      ['looping', inputs * (inputs + 1), steps * inputs * inputs],
    ])
  })

  it('refuses what does not fit, by its place', () => {
    const apply = (layer: nn.RecurrentLayer, shape: number[], options?: nn.SequenceOptions) => () =>
      scopeOf().applySequence('rnn', layer, input(shape), options)
    expect(apply(nn.LSTM(2), [3, 4])).toThrow(
      new ShapeError('layer rnn (lstm) on input [3, 4]: expected sequences [N, T, K]'),
    )
    expect(apply(nn.LSTM(2), [3, 4, 5], { state: [] })).toThrow(
      new ArgumentError(
        'lstm: the state is a list of 0; expected one state [h, c] for each of 1 layers and directions',
      ),
    )
    expect(apply(nn.GRU(2), [3, 4, 5], { state: [[input([3, 1])]] })).toThrow(
      new ShapeError("layer rnn (gru) on input [3, 4, 5]: the state's h is float32 [3, 1]; expected [h], each [3, 2]"),
    )
    expect(apply(nn.RNN(2), [3, 4, 5], { lengths: input([2], 'int32') })).toThrow(ShapeError)
    expect(() => nn.LSTM(2, { dropout: 1 })).toThrow(
      new ArgumentError('lstm: dropout is 1; expected at least 0 and below 1'),
    )
    expect(() => nn.LSTM(2, { residual: true, outputs: 'last' })).toThrow(ArgumentError)
    expect(() => nn.LSTM(2, { bias: false, forgetBias: 1 })).toThrow(
      new ArgumentError('lstm: forgetBias is 1, and with bias: false there are no biases; use one of them'),
    )
    expect(() => nn.LSTMCell(2, { normalization: 'layer', forgetBias: 1 })).toThrow(
      new ArgumentError('lstmCell: forgetBias is 1, and with normalization there are no biases; use one of them'),
    )
    expect(() => nn.LSTMCell(2, { normalization: 'batch' as 'layer' })).toThrow(
      new ArgumentError('lstmCell: normalization is "batch"; expected \'layer\''),
    )
    expect(() => nn.LSTM(0)).toThrow(new ArgumentError('lstm: units is 0; expected a whole number of at least 1'))
    expect(() => nn.RNN(2, { activation: 'gelu' as 'relu' })).toThrow(
      new ArgumentError("rnn: activation is \"gelu\"; expected 'tanh' or 'relu'"),
    )
    expect(() => layerFrom({ type: 'gru', units: 2, options: { layers: 1.5 } })).toThrow(
      new ArgumentError('gru: layers is 1.5; expected a whole number of at least 1'),
    )
    expect(() => nn.GRU(2, { direction: 'both' } as nn.GRUOptions)).toThrow(/gru: option 'direction' is unknown/)
  })
})

describe('sequence-wise batch norm', () => {
  const [examples, long, channels, rows] = [2, 3, 2, 2]
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(3 * i))
  const normed = (x: Tensor, training: boolean, lengths?: Tensor) => {
    const updates = new Map<string, Tensor>()
    const scope = new nn.Scope({
      parameters: new Map(),
      state: new Map(),
      seed: 1,
      training,
      onUpdate: (state, next) => updates.set(state.name, next),
    })
    const { outputs } = scope.applySequence('', nn.SequenceBatchNorm(), x, { lengths })
    return run({ outputs, ...Object.fromEntries(updates) })
  }

  it('of whole sequences is batch norm over examples and steps', async () => {
    const x = constant(numbers(examples * long * channels * rows), [examples, long, channels, rows])
    const updates = new Map<string, Tensor>()
    const scope = new nn.Scope({
      parameters: new Map(),
      state: new Map(),
      seed: 1,
      training: true,
      onUpdate: (state, next) => updates.set(state.name, next),
    })
    const plain = nn.BatchNorm().apply(transpose(x, [0, 2, 1, 3]), scope)
    const wanted = await run({ outputs: transpose(plain, [0, 2, 1, 3]), ...Object.fromEntries(updates) })
    const found = await normed(x, true)
    for (const [name, values] of Object.entries(wanted))
      for (const [i, value] of values.entries()) expect(found[name][i], name).toBeCloseTo(value, 6)
  })

  it('leaves padding out, even where it is NaN', async () => {
    // One example of two steps and one of one are what a batch of three steps is.
    const values = numbers(3 * channels)
    const padded = new Float32Array(examples * long * channels).fill(Number.NaN)
    padded.set(values.subarray(0, 2 * channels))
    padded.set(values.subarray(2 * channels), long * channels)
    const lengths = constant([2, 1], [2], 'int32')
    const found = await normed(constant(padded, [examples, long, channels]), true, lengths)
    const wanted = await normed(constant(values, [1, 3, channels]), true)
    const { outputs } = found
    const shown = [...outputs.slice(0, 2 * channels), ...outputs.slice(long * channels, (long + 1) * channels)]
    for (const [i, value] of wanted.outputs.entries()) expect(shown[i]).toBeCloseTo(value, 6)
    expect(outputs.filter((value) => value === 0).length).toBe(3 * channels)
    for (const name of ['running_mean', 'running_var'])
      for (const [i, value] of wanted[name].entries()) expect(found[name][i], name).toBeCloseTo(value, 6)
    const predicted = await normed(constant(padded, [examples, long, channels]), false, lengths)
    expect(predicted.outputs.every(Number.isFinite)).toBe(true)
  })
})
