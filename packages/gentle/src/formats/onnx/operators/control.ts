/** Graphs within a node: branches and loops. A branch is chosen when the graph is traced. A loop whose steps are alike is one of the engine; another is written out. */
import { sizeOf } from '../../../core/shape.ts'
import type { OnnxCall } from '../call.ts'
import { typeOfNumber } from '../element-types.ts'
import type { OnnxGraph, OnnxValue } from '../messages.ts'
import { type Known, shapeOf, type Value } from '../values.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { type Direction, looped } from './steps.ts'
import { axisOf, concatenated, reshaped, sliced } from './structure.ts'

const choose: Compute = (call) => {
  const branch = call.numbers(0)[0] !== 0 ? 'then_branch' : 'else_branch'
  return call.run(call.graph(branch), branch, [])
}

/** Steps of a loop that are written out. */
const maxSteps = 10_000

/** Steps of a loop of the engine: of its numbers of steps there is a list. */
const maxPositions = 2 ** 24

const onward: Direction = { axis: 0, backward: false }

const truth = (data: number): Known => ({ type: 'bool', shape: [], data: [data] })

const loop: Compute = (call) => {
  const body = call.graph('body')
  const count = call.has(0) ? call.numbers(0)[0] : Number.POSITIVE_INFINITY
  let condition = call.has(1) ? call.numbers(1)[0] !== 0 : true
  let carried: readonly Value[] = Array.from({ length: call.count - 2 }, (_, i) => call.value(2 + i))
  if (condition && count > 1 && count < maxPositions) {
    const numbers: Known = { type: 'int64', shape: [count], data: Array.from({ length: count }, (_, i) => i) }
    const found = looped(call, {
      body,
      count,
      states: carried,
      inputs: [{ value: numbers, direction: onward }],
      operands: (states, [number]) => [number, truth(1), ...states],
      first: [{ type: 'int64', shape: [], data: [0] }],
      conditional: true,
      outputs: body.outputs.slice(1 + carried.length).map(() => onward),
    })
    if (found !== undefined) return found
  }
  const stacks: Value[][] = body.outputs.slice(1 + carried.length).map(() => [])
  let step = 0
  for (; step < count && condition; step++) {
    if (step >= maxSteps) call.fail(`takes more than ${maxSteps} steps`)
    const number: Known = { type: 'int64', shape: [], data: [step] }
    const [goesOn, ...results] = call.run(body, `${step}`, [number, truth(1), ...carried])
    condition = call.resolve(goesOn, `${step}/condition`).data[0] !== 0
    carried = results.slice(0, carried.length)
    stacks.forEach((stack, i) => {
      stack.push(results[carried.length + i])
    })
  }
  return [...carried, ...stacks.map((stack, i) => stacked(call, stack, 0, body.outputs[1 + carried.length + i]))]
}

/** What steps gave, one after the other along a new axis. */
function stacked(call: OnnxCall, steps: readonly Value[], axis: number, port: OnnxValue): Value {
  if (steps.length === 0) {
    const sizes = (port.shape ?? []).map((n) => (typeof n === 'number' ? n : 0))
    return {
      type: typeOfNumber(port.dataType) ?? call.fail('gives no steps of a type that it does not tell'),
      shape: [0, ...sizes],
      data: [],
    }
  }
  const rank = shapeOf(steps[0]).length + 1
  const place = axisOf(call, axis, rank)
  return concatenated(
    call,
    steps.map((value) => reshaped(value, shapeOf(value).toSpliced(place, 0, 1))),
    place,
  )
}

/** One step's slice of a value along an axis, which is left out. */
function stepOf(call: OnnxCall, value: Value, axis: number, step: number): Value {
  const shape = shapeOf(value)
  const along = shape.map((count) => ({ start: 0, count, step: 1 }))
  along[axis] = { start: step, count: 1, step: 1 }
  return reshaped(sliced(call, value, along), shape.toSpliced(axis, 1))
}

function scanned(
  call: OnnxCall,
  body: OnnxGraph,
  states: readonly Value[],
  inputs: readonly Value[],
  places: readonly Direction[],
  outputs: readonly Direction[],
  place: string,
): Value[] {
  const lengths = inputs.map((value, i) => shapeOf(value)[axisOf(call, places[i].axis, shapeOf(value).length)])
  const steps = lengths[0]
  if (lengths.some((n) => n !== steps)) call.fail(`goes through inputs of ${lengths.join(' and ')} steps`)
  const sliceAt = (step: number): Value[] =>
    inputs.map((value, i) => {
      const axis = axisOf(call, places[i].axis, shapeOf(value).length)
      return stepOf(call, value, axis, places[i].backward ? steps - 1 - step : step)
    })
  if (steps > 1) {
    const found = looped(call, {
      body,
      count: steps,
      states,
      inputs: inputs.map((value, i) => {
        const { axis, backward } = places[i]
        return { value, direction: { axis: axisOf(call, axis, shapeOf(value).length), backward } }
      }),
      operands: (before, slices) => [...before, ...slices],
      first: sliceAt(0),
      conditional: false,
      outputs,
    })
    if (found !== undefined) return found
  }
  if (steps > maxSteps) call.fail(`takes more than ${maxSteps} steps`)
  let carried = states
  const stacks: Value[][] = outputs.map(() => [])
  for (let step = 0; step < steps; step++) {
    const results = call.run(body, `${place}${step}`, [...carried, ...sliceAt(step)])
    carried = results.slice(0, states.length)
    stacks.forEach((stack, i) => {
      stack[outputs[i].backward ? 'unshift' : 'push'](results[states.length + i])
    })
  }
  return [
    ...carried,
    ...stacks.map((stack, i) => stacked(call, stack, outputs[i].axis, body.outputs[states.length + i])),
  ]
}

function directions(call: OnnxCall, count: number, what: 'input' | 'output'): Direction[] {
  const [axes, backward] = [call.list(`scan_${what}_axes`), call.list(`scan_${what}_directions`)]
  return Array.from({ length: count }, (_, i) => ({ axis: axes?.[i] ?? 0, backward: backward?.[i] === 1 }))
}

const scan: Compute = (call) => {
  const body = call.graph('body')
  const inputs = call.number('num_scan_inputs', 0)
  const values = call.values()
  const states = values.slice(0, values.length - inputs)
  const outputs = body.outputs.length - states.length
  return scanned(
    call,
    body,
    states,
    values.slice(states.length),
    directions(call, inputs, 'input'),
    directions(call, outputs, 'output'),
    '',
  )
}

/** The first steps of a value. */
function upTo(call: OnnxCall, value: Value, count: number): Value {
  const [steps, ...rest] = shapeOf(value)
  const along = [count, ...rest].map((n) => ({ start: 0, count: n, step: 1 }))
  return count === steps ? value : sliced(call, value, along)
}

/** A value with zeros for the steps that it does not have. */
function filledTo(call: OnnxCall, value: Value, steps: number): Value {
  const [count, ...rest] = shapeOf(value)
  if (count === steps) return value
  const missing = [steps - count, ...rest]
  const zeros: Known = { type: value.type, shape: missing, data: Array<number>(sizeOf(missing)).fill(0) }
  return concatenated(call, [value, zeros], 0)
}

/** In operator set 8 the first axis counts examples, each of which is a scan of its own. */
const batchedScan: Compute = (call) => {
  const body = call.graph('body')
  const inputs = call.number('num_scan_inputs', 0)
  const values = Array.from({ length: call.count - 1 }, (_, i) => call.value(i + 1))
  const states = values.length - inputs
  const backward = call.list('directions')
  const places = Array.from({ length: inputs }, (_, i) => ({ axis: 0, backward: backward?.[i] === 1 }))
  const outputs = body.outputs.slice(states).map(() => ({ axis: 0, backward: false }))
  const examples = shapeOf(values[0])[0]
  const steps = shapeOf(values[states])[1]
  const lengths = call.has(0) ? call.numbers(0) : Array<number>(examples).fill(steps)
  if (lengths.length !== examples || lengths.some((n) => n < 1 || n > steps))
    call.fail(
      `has lengths of sequences ${lengths.join()}; expected one from 1 to ${steps} for each of ${examples} examples`,
    )
  const all = lengths.map((length, example) => {
    const own = values.map((value, i) => {
      const whole = stepOf(call, value, 0, example)
      return i < states ? whole : upTo(call, whole, length)
    })
    const results = scanned(call, body, own.slice(0, states), own.slice(states), places, outputs, `${example}/`)
    return results.map((value, i) => (i < states ? value : filledTo(call, value, steps)))
  })
  return body.outputs.map((port, i) =>
    stacked(
      call,
      all.map((results) => results[i]),
      0,
      port,
    ),
  )
}

const scanAttributes =
  'body num_scan_inputs scan_input_axes scan_input_directions scan_output_axes scan_output_directions'

export const controlOperators = {
  If: operator(choose, ...[1, 11, 13, 16, 19, 21].map((since) => [since, 'then_branch else_branch'] as const)),
  Loop: operator(loop, ...[1, 11, 13, 16, 19, 21].map((since) => [since, 'body'] as const)),
  Scan: operator(
    batchedScan,
    [8, 'body directions num_scan_inputs'],
    ...[9, 11, 16, 19, 21].map((since) => [since, scanAttributes, scan] as const),
  ),
} satisfies Record<string, Operator>
