import { readFile } from 'node:fs/promises'
import { env, InferenceSession, Tensor } from 'onnxruntime-web'
import { joinVectors } from '../../packages/gentle/src/backends/wasm/wide-vectors/engine.ts'
import packages from '../package.json' with { type: 'json' }
import { serve, wideVectors } from '../serve.ts'
import { fileTold, prepare } from './onnxruntime.ts'

await serve(async (settings) => {
  if (wideVectors) joinVectors()
  env.wasm.numThreads = settings.threads
  const runtime = {
    create: async (path: string, options: InferenceSession.SessionOptions) =>
      InferenceSession.create(await readFile(path), { ...options, executionProviders: ['wasm'] }),
    tensor: (data: Float32Array, shape: readonly number[]) => new Tensor('float32', data, shape),
  }
  return {
    version: packages.dependencies['onnxruntime-web'],
    threads: settings.threads,
    note: `its wasm backend, SIMD, ${fileTold}`,
    ...(await prepare(runtime, settings)),
  }
})
