/** Loops as ONNX has them: the operator Scan, with a step's graph as its body. */
import type { Tensor } from '../../graph/tensor.ts'
import { operandsOf, type ScanAttributes, type ScanResult } from '../../ops/loop.ts'
import type { Exporter, Lower } from './exporter.ts'
import { dataTypes } from './messages.ts'

/** Writes a loop: state goes in and out, its inputs are cut along a new first axis of steps, and outputs of all steps are put together along one. */
export const lowerLoop: Lower = (exporter, node) => {
  const loop = node as Tensor<ScanAttributes>
  const { body, steps, reverse, results } = loop.attributes
  const { initial, sliced, captured } = operandsOf(loop)
  const kept = results.flatMap((result) => (result.kind === 'final' ? [] : [result.of]))
  const inner = exporter.body([...body.next, ...kept])
  for (const [i, parameter] of body.captured.entries()) inner.call(parameter, exporter.name(captured[i]))
  const inputs = [...body.carries, ...body.slices].map((parameter) => inner.addInput('step', parameter))
  const outputs = [...body.next, ...kept].map((root) => inner.addOutput('next', root))
  const cut = sliced.map((x, i) => {
    const [, ...rest] = sizesOf(exporter, body.slices[i])
    return exporter.step('Reshape', [exporter.name(x), exporter.integers([steps, -1, ...rest])])
  })
  if (cut.length === 0) {
    // The number of steps is that of an input's parts, of which there has to be one.
    inputs.push({ name: inner.freeName('count'), shape: [], dataType: dataTypes.int64 })
    cut.push(exporter.integers(Array<number>(steps).fill(0)))
  }
  const directions = (count: number): number[] => Array<number>(count).fill(reverse ? 1 : 0)
  const operands = [...initial.map((x) => exporter.name(x)), ...cut]
  const given = exporter.steps('Scan', operands, outputs.length, {
    body: { name: 'step', ...inner.finish(), inputs, outputs },
    num_scan_inputs: cut.length,
    scan_input_directions: directions(cut.length),
    ...(kept.length > 0 && { scan_output_directions: directions(kept.length) }),
  })
  let next = body.next.length
  exporter.knowResults(
    loop,
    results.map((result) =>
      result.kind === 'final' ? given[result.carry] : gathered(exporter, result, given[next++]),
    ),
  )
}

/** Of all steps: joined along the first axis of a step, or added up. */
function gathered(exporter: Exporter, { kind, of }: Exclude<ScanResult, { kind: 'final' }>, stacked: string): string {
  if (kind === 'sum') return exporter.step('ReduceSum', [stacked, exporter.integers([0])], { keepdims: 0 })
  if (of.shape.length === 0) return stacked
  const [, ...rest] = sizesOf(exporter, of)
  return exporter.step('Reshape', [stacked, exporter.integers([-1, ...rest])])
}

/** Sizes of a step's tensor, of which only the first may go with the batch. */
const sizesOf = (exporter: Exporter, node: Tensor): readonly number[] =>
  node.shape.every((_, axis) => axis === 0 || exporter.trace.isFixed(node, axis))
    ? node.shape
    : exporter.fail(node, 'has a batch that is not its first axis in a loop; expected [N, ...] in each step')

/** Names a loop's result. */
export const lowerResult: Lower = (exporter, node) => {
  const [loop] = node.inputs
  const { index } = node.attributes as { index: number }
  exporter.call(node, exporter.resultName(loop, index))
}
