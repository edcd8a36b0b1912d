/** What the declarations of commands have in common. */
import { InvalidArgumentError } from 'commander'

export const number = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number')
  return value
}

/** An option that may be given several times. */
export const each = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

export const finishWith = (code: number): void => {
  process.exitCode = code
}

/** Files that hold a model. */
export const modelFiles =
  "saved by Gentle, ONNX, TensorFlow.js' model.json, Keras' .keras and .h5, Teachable Machine's .zip"
export const modelText = `a run folder, a file of a model (${modelFiles}), or the name of a network with --weights`

export const mirrorText =
  'base address of a mirror to download from, such as http://192.168.0.2:8000/ (default: GENTLE_MIRROR, or none)'
