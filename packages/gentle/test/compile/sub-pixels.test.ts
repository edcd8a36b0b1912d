import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { convolveTransposed, hasSubPixels } from '../../src/compile/sub-pixels.ts'
import { Random } from '../../src/core/random.ts'
import { rootsOf, topologicalOrder } from '../../src/graph/graph.ts'
import { input, variable } from '../../src/graph/tensor.ts'
import { convTranspose2d, sum } from '../../src/ops/index.ts'

const normals = (count: number): Float32Array => {
  const random = new Random(3, 'sub-pixels')
  return Float32Array.from({ length: count }, () => random.normal())
}

describe('a transposed convolution as a convolution', () => {
  it.each([
    [{ stride: 2 }, 2, 1],
    [{ stride: 2, padding: 1, outputPadding: 1 }, 3, 1],
    [{ stride: [3, 2] as [number, number], padding: [2, 0] as [number, number] }, 5, 2],
    [{ stride: 1, padding: 1 }, 3, 1],
    [{ stride: 3, outputPadding: 2 }, 2, 2],
  ])('gives the same pixels with %j, filters of %i and %i groups', async (options, size, groups) => {
    const [x, w] = [input([2, 4, 3, 4]), input([4, 6 / groups, size, size])]
    const graph = { inputs: { x, w }, outputs: { y: convTranspose2d(x, w, { ...options, groups }) } }
    expect(hasSubPixels(graph)).toBe(true)
    const other = convolveTransposed(graph)
    expect(topologicalOrder(rootsOf(other)).map(({ op }) => op.name)).not.toContain('conv2dInputGradient')
    const feed = { x: normals(96), w: normals(4 * (6 / groups) * size ** 2) }
    const backend = reference({ precision: 'float64' })
    const [a, b] = await Promise.all([graph, other].map(async (each) => (await backend.compile(each)).run(feed)))
    expect(b.y.shape).toEqual(a.y.shape)
    a.y.data.forEach((value, i) => {
      expect(b.y.data[i]).toBeCloseTo(value, 10)
    })
  })

  it('is left as it is where filters are learned, and in large batches', () => {
    const w = variable([4, 6, 2, 2], normals(96), 'w')
    const x = input([2, 4, 3, 4])
    const loss = sum(convTranspose2d(x, w, { stride: 2 }))
    expect(hasSubPixels({ inputs: { x }, outputs: { dw: gradients(loss, [w])[0] } })).toBe(false)
    const many = input([64, 4, 3, 4])
    expect(hasSubPixels({ inputs: { x: many }, outputs: { y: convTranspose2d(many, w, { stride: 2 }) } })).toBe(false)
  })
})
