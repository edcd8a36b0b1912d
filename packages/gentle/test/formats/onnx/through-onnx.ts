import type { Backend, Feed, Program } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import type { NDArray } from '../../../src/core/ndarray.ts'
import { exportGraph } from '../../../src/formats/onnx/export.ts'
import { loadOnnx } from '../../../src/formats/onnx/index.ts'
import type { Graph } from '../../../src/graph/graph.ts'

/** A backend that writes each graph as an ONNX file of an operator set, and runs what it reads of it. */
export function throughOnnx(opset: number): Backend {
  const backend = reference()
  return {
    ...backend,
    async compile(graph: Graph): Promise<Program> {
      const file = await exportGraph(() => graph, { name: 'graph', opset, backend })
      const model = await loadOnnx(file, { backend: reference() })
      return {
        bytes: file.length,
        async run(feed: Feed = {}) {
          const inputs = Object.entries(graph.inputs).map(([name, { shape }]) => [
            name,
            { data: feed[name] as Float32Array | Int32Array, shape },
          ])
          const outputs = await model.run(Object.fromEntries(inputs))
          return Object.fromEntries(
            Object.entries(outputs).map(([name, { data, shape, dtype }]) => [name, { data, shape, dtype } as NDArray]),
          )
        },
        runInto: () => Promise.reject(new Error('no memory is given')),
        profile: () => Promise.reject(new Error('no profile')),
        dispose: () => model.dispose(),
      }
    },
  }
}
