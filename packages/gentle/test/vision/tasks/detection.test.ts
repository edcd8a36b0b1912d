import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/backends/default.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { ArgumentError, ShapeError } from '../../../src/core/errors.ts'
import { constant } from '../../../src/graph/tensor.ts'
import { detection } from '../../../src/vision/tasks/detection.ts'

const levels = [
  { rows: 4, columns: 4, stride: [4, 4] },
  { rows: 2, columns: 2, stride: [8, 8] },
] as const
const places = 20
const task = detection(levels)

function target(
  boxes: readonly { left: number; top: number; right: number; bottom: number }[],
  labels: number[],
  ignored?: boolean[],
) {
  const values = new Float32Array(6 * places)
  task.target.write({ boxes, labels, ignored }, values)
  return (row: number, place: number): number => values[row * places + place]
}

/** An output that says what a target says: logits of ±12 for two classes. */
function outputOf(value: (row: number, place: number) => number): Float32Array {
  const output = new Float32Array(7 * places)
  for (let place = 0; place < places; place++) {
    const label = value(0, place)
    for (let c = 0; c < 2; c++) output[c * places + place] = label === c ? 12 : -12
    for (let edge = 0; edge < 4; edge++) output[(2 + edge) * places + place] = label >= 0 ? value(1 + edge, place) : 1
    output[6 * places + place] = label >= 0 ? 12 : -12
  }
  return output
}

describe('targets of detection', () => {
  it('give an object to places near its centre on the level of its size', () => {
    const box = { left: 2, top: 2, right: 10, bottom: 10 }
    const value = target([box], [1])
    // Place (1, 1) of the first level has its middle at (6, 6), the centre of the box.
    expect([0, 1, 2, 3, 4].map((row) => value(row, 5))).toEqual([1, 1, 1, 1, 1])
    expect(value(5, 5)).toBe(1)
    // Its neighbour to the right, at (10, 6), is on the edge: not inside.
    expect(value(0, 6)).toBe(-1)
    // Nothing on the level of large objects.
    expect([16, 17, 18, 19].map((place) => value(0, place))).toEqual([-1, -1, -1, -1])
  })

  it('give large objects to the level of large strides', () => {
    const value = target([{ left: -12, top: -12, right: 28, bottom: 28 }], [0])
    expect(Array.from({ length: 16 }, (_, place) => value(0, place)).every((label) => label === -1)).toBe(true)
    expect(Array.from({ length: 4 }, (_, i) => value(0, 16 + i)).some((label) => label === 0)).toBe(true)
  })

  it('let the smaller of two objects have a place that both want', () => {
    const large = { left: 0, top: 0, right: 12, bottom: 12 }
    const small = { left: 4, top: 4, right: 8, bottom: 8 }
    expect(target([large, small], [0, 1])(0, 5)).toBe(1)
    expect(target([small, large], [1, 0])(0, 5)).toBe(1)
  })

  it('let places in something ignored say what they like', () => {
    const value = target([{ left: 0, top: 0, right: 8, bottom: 8 }], [0], [true])
    expect([0, 1, 4, 5].map((place) => value(0, place))).toEqual([-2, -2, -2, -2])
    expect(value(0, 10)).toBe(-1)
  })

  it('have no object in an empty picture and none for a box without area', () => {
    expect(target([], [])(0, 5)).toBe(-1)
    expect(target([{ left: 6, top: 6, right: 6, bottom: 6 }], [0])(0, 5)).toBe(-1)
  })
})

describe('answers of a detector', () => {
  it('are the objects that the target was written from', () => {
    const box = { left: 2, top: 3, right: 9, bottom: 10 }
    const found = task.decode(outputOf(target([box], [1])))
    expect(found).toHaveLength(1)
    expect(found[0].label).toBe(1)
    expect(found[0].score).toBeGreaterThan(0.99)
    for (const edge of ['left', 'top', 'right', 'bottom'] as const) expect(found[0].box[edge]).toBeCloseTo(box[edge], 4)
  })

  it('agree with those for the mirror image', () => {
    const [box, mirrored] = [
      { left: 2, top: 2, right: 9, bottom: 10 },
      { left: 7, top: 2, right: 14, bottom: 10 },
    ]
    const found = task.decode(outputOf(target([box], [1])), outputOf(target([mirrored], [1])))
    expect(found).toHaveLength(1)
    expect(found[0].box.left).toBeCloseTo(2, 4)
  })

  it('are none where nothing is sure', () => {
    expect(task.decode(new Float32Array(7 * places).fill(-12))).toEqual([])
  })

  it('are refused for an output of another size', () => {
    expect(() => task.decode(new Float32Array(100))).toThrow(ArgumentError)
  })
})

describe('the loss of detection', () => {
  const lossOf = async (output: Float32Array, truth: Float32Array): Promise<number> => {
    const graph = {
      inputs: {},
      outputs: { loss: task.loss(constant([...output], [1, 7, places]), constant([...truth], [1, 6, places])) },
    }
    return (await (await compile(graph, { backend: reference() })).run()).loss.data[0]
  }
  const written = (boxes: Parameters<typeof target>[0], labels: number[], ignored?: boolean[]): Float32Array => {
    const values = new Float32Array(6 * places)
    task.target.write({ boxes, labels, ignored }, values)
    return values
  }
  const box = { left: 2, top: 2, right: 10, bottom: 10 }

  it('is nearly 0 where all is right, and grows with a wrong label and a wrong box', async () => {
    const value = target([box], [1])
    const right = await lossOf(outputOf(value), written([box], [1]))
    expect(right).toBeLessThan(0.01)
    expect(await lossOf(outputOf(value), written([box], [0]))).toBeGreaterThan(1)
    expect(await lossOf(outputOf(target([{ ...box, right: 14 }], [1])), written([box], [1]))).toBeGreaterThan(0.1)
  })

  it('is finite in a picture without objects, and does not ask what is ignored', async () => {
    const nothing = outputOf(target([], []))
    expect(await lossOf(nothing, written([], []))).toBeLessThan(0.01)
    const something = outputOf(target([box], [1]))
    expect(await lossOf(something, written([], []))).toBeGreaterThan(1)
    expect(await lossOf(something, written([box], [1], [true]))).toBeLessThan(0.01)
  })

  it('refuses other shapes', () => {
    expect(() => task.loss(constant(0, [1, 7, places]), constant(0, [1, 5, places]))).toThrow(ShapeError)
  })
})
