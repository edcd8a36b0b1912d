import { expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/index.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { alikeKernels, buffersOf } from '../../../src/backends/wasm/alike.ts'
import { type FunctionHandle, Module } from '../../../src/backends/wasm/assembler/index.ts'
import type { Kernel } from '../../../src/backends/wasm/kernel.ts'
import { defineKernel } from '../../../src/backends/wasm/kernel-function.ts'
import { lowerGraph } from '../../../src/backends/wasm/lowering/lower-graph.ts'
import { MathLibrary } from '../../../src/backends/wasm/math/index.ts'
import { type Schedule, schedule } from '../../../src/backends/wasm/schedule.ts'
import type { Fields } from '../../../src/core/field.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { input } from '../../../src/graph/tensor.ts'
import { createModel, type InputsLayer, Scope } from '../../../src/nn/index.ts'
import { inputsOf } from '../../../src/nn/model.ts'
import { mean, mul } from '../../../src/ops/index.ts'
import { sgd, type Updates } from '../../../src/optim/index.ts'

/** Kernels that share a function, each with the code that it has by itself. */
async function codes(graph: Graph, wideVectors: boolean): Promise<string[][]> {
  const program = await lowerGraph(graph, { wideVectors, threads: 2 })
  const codeOf = (kernel: Kernel, within: Schedule): string => {
    const module = new Module({ memory: { initialPages: 1, maximumPages: 1, shared: false } })
    const math = new MathLibrary(module, { fma: true, rare: program.rareMath })
    const functions = new Map<string, FunctionHandle>()
    const shared = (key: string, make: () => FunctionHandle): FunctionHandle => {
      const handle = functions.get(key) ?? make()
      functions.set(key, handle)
      return handle
    }
    defineKernel(kernel.name, kernel, within, { module, math, wide: wideVectors, shared }, buffersOf(kernel), () => {
      throw new Error(`${kernel.name} uses what it neither reads nor writes`)
    })
    return Buffer.from(module.emit()).toString('base64')
  }
  const plan = schedule(program)
  const alike = alikeKernels(plan)
  const ofText = new Map<string, string[]>()
  const collect = (within: Schedule): void => {
    for (const kernel of within.phases.flat()) {
      if (kernel.loop !== undefined) collect(kernel.loop.schedule)
      const text = alike.get(kernel)
      if (text !== undefined) ofText.set(text, [...(ofText.get(text) ?? []), codeOf(kernel, within)])
    }
  }
  collect(plan)
  return [...ofText.values()]
}

/** A training step of a network that takes inputs by their names. */
export async function trainingStep(layer: InputsLayer, fields: Fields, examples: number): Promise<Graph> {
  const model = await createModel(layer, fields, { backend: reference(), initialValues: zeros })
  const inputs = inputsOf(fields, examples)
  const [rate, step] = [input([]), input([], 'int32')]
  const kept: Updates = []
  const { parameters, state } = model
  const onUpdate = (...update: Updates[number]) => kept.push(update)
  const y = layer.applyInputs(inputs, new Scope({ parameters, state, seed: 1, training: true, step, onUpdate }))
  const learned = [...parameters.values()]
  const updates = sgd({ learningRate: 0.1, momentum: 0.9 })
    .begin(learned)
    .updates(gradients(mean(mul(y, y)), learned), rate)
  return { inputs: { ...inputs, rate, step }, outputs: { y }, updates: [...updates, ...kept] }
}

/** The weights are not looked at. */
const zeros = (_: string, shape: Shape): Float32Array => new Float32Array(sizeOf(shape))

/** That the kernels of a graph that share a function have the same code, and that there are at least so many. */
export function itSharesEqualCode(what: string, graph: () => Graph | Promise<Graph>, least: number): void {
  it.each([false, true])(`${what}: kernels that share a function have the same code, wide vectors %s`, async (wide) => {
    const found = await codes(await graph(), wide)
    expect(found.flat().length).toBeGreaterThanOrEqual(least)
    for (const ofOne of found) expect(new Set(ofOne).size).toBe(1)
  })
}
