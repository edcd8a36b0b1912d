/** onnxruntime as a backend of Gentle's: a graph is exported, and runs there. */
import type { InferenceSession as Session, Tensor as Value } from 'onnxruntime-node'
import { reference } from '../packages/gentle/src/backends/reference/reference.ts'
import type { Backend, Feed, NDArray, Program } from '../packages/gentle/src/entries/index.ts'
import { exportGraph } from '../packages/gentle/src/formats/onnx/export.ts'
import type { Graph } from '../packages/gentle/src/graph/graph.ts'

/** Runs files of this operator set. */
export function onnxruntime(opset: number): Backend {
  const kept = reference()
  return {
    ...kept,
    name: `onnxruntime, opset ${opset}`,
    async compile(graph: Graph): Promise<Program> {
      const { InferenceSession, Tensor } = await import('onnxruntime-node')
      const file = await exportGraph(() => graph, { name: 'graph', opset, backend: kept })
      const session: Session = await InferenceSession.create(file, { logSeverityLevel: 3 })
      return {
        bytes: file.length,
        async run(feed: Feed = {}) {
          const inputs = Object.entries(graph.inputs).map(([name, { shape, dtype }]): [string, Value] => [
            name,
            dtype === 'int32'
              ? new Tensor('int32', Int32Array.from(feed[name] as Int32Array), shape)
              : new Tensor('float32', Float32Array.from(feed[name] as Float32Array), shape),
          ])
          const outputs: Record<string, Value> = await session.run(Object.fromEntries(inputs))
          return Object.fromEntries(
            Object.entries(outputs).map(([name, { type, dims, data }]): [string, NDArray] => [
              name,
              { shape: dims, dtype: type as 'float32' | 'int32', data: data as Float32Array | Int32Array },
            ]),
          )
        },
        runInto: () => Promise.reject(new Error('onnxruntime gives memory of its own')),
        profile: () => Promise.reject(new Error('onnxruntime is not profiled here')),
        dispose: () => void session.release(),
      }
    },
  }
}
