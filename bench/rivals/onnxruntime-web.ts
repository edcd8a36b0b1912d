import { readFile } from 'node:fs/promises'
import { env, InferenceSession, Tensor } from 'onnxruntime-web'
import packages from '../package.json' with { type: 'json' }
import { serve } from '../serve.ts'
import { prepare } from './onnxruntime.ts'

await serve(async (settings) => {
  env.wasm.numThreads = settings.threads
  const runtime = {
    create: async (path: string, options: InferenceSession.SessionOptions) =>
      InferenceSession.create(await readFile(path), { ...options, executionProviders: ['wasm'] }),
    tensor: (data: Float32Array, shape: readonly number[]) => new Tensor('float32', data, shape),
  }
  return {
    version: packages.dependencies['onnxruntime-web'],
    threads: settings.threads,
    note: 'its wasm backend, SIMD, on the file that torch.onnx.export writes',
    ...(await prepare(runtime, settings)),
  }
})
