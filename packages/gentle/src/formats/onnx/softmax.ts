/** Softmax as a graph has it: a network's last op tells whether its numbers are probabilities, and runtimes have it as one operator. */
import type { Tensor } from '../../graph/tensor.ts'

/** What was reduced along one axis that is kept, with size 1, and the axis. */
function reduced(node: Tensor, op: 'max' | 'sum'): { x: Tensor; axis: number } | undefined {
  const [inner] = node.op.name === 'reshape' ? node.inputs : []
  if (inner?.op.name !== op) return undefined
  const [x] = inner.inputs
  const { axes } = inner.attributes as { axes: readonly number[] }
  const kept =
    x.shape.length === node.shape.length && x.shape.every((n, i) => node.shape[i] === (axes.includes(i) ? 1 : n))
  return axes.length === 1 && kept ? { x, axis: axes[0] } : undefined
}

/** Of x less its largest value along an axis, x and the axis. */
function shifted(node: Tensor): { x: Tensor; axis: number } | undefined {
  if (node.op.name !== 'sub') return undefined
  const [x, max] = node.inputs
  const found = reduced(max, 'max')
  return found?.x === x ? found : undefined
}

/** What a quotient is the softmax of, or a difference its logarithm, and along which axis; undefined where it is none. */
export function softmaxOf(node: Tensor): { x: Tensor; axis: number } | undefined {
  const [part, whole] = node.inputs
  const isLog = node.op.name === 'sub'
  const [total] = isLog ? (whole.op.name === 'log' ? whole.inputs : []) : [whole]
  const sum = total && reduced(total, 'sum')
  if (sum?.x.op.name !== 'exp') return undefined
  const [logit] = sum.x.inputs
  const found = shifted(logit)
  return found?.axis === sum.axis && part === (isLog ? logit : sum.x) ? found : undefined
}
