import { InferenceSession, Tensor } from 'onnxruntime-node'
import packages from '../package.json' with { type: 'json' }
import { serve } from '../serve.ts'
import { fileTold, prepare } from './onnxruntime.ts'

await serve(async (settings) => {
  const { threads } = settings
  const runtime = {
    create: (path: string, options: InferenceSession.SessionOptions) =>
      InferenceSession.create(path, { ...options, executionProviders: ['cpu'], intraOpNumThreads: threads }),
    tensor: (data: Float32Array, shape: readonly number[]) => new Tensor('float32', data, shape),
  }
  return {
    version: packages.dependencies['onnxruntime-node'],
    threads,
    note: `native, ${fileTold}`,
    ...(await prepare(runtime, settings)),
  }
})
