/** What the library is about to have as `gentle-dl/onnx`; until then ONNX files are refused. */
import type { Backend, Model } from 'gentle-dl'
import { UsageError } from './usage.ts'

const refuse = (): never => {
  throw new UsageError('this version of gentle cannot read or write ONNX files yet; expected .safetensors, .pth or .pt')
}

export const loadOnnx: (bytes: Uint8Array, options: { name: string; backend?: Backend }) => Promise<Model> = refuse

export const exportOnnx: (model: Model) => Promise<Uint8Array> = refuse
