/** `gentle export`: a trained model as a file that others read. */
import { writeFileSync } from 'node:fs'
import { type OpenedModel, saveModel } from 'gentle-dl'
import { checkKey, openModel, openNamed } from '../models/open-model.ts'
import { shapeOf } from '../terminal/shapes.ts'
import { note } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'

const formats: Readonly<Record<string, (opened: OpenedModel, flags: ExportFlags) => Promise<Uint8Array>>> = {
  async onnx({ model }, { opset }) {
    const { exportOnnx } = await import('gentle-dl/onnx')
    return exportOnnx(model, { opset })
  },
  safetensors: ({ model, ...purpose }) => saveModel(model, purpose),
}

export const formatNames = Object.keys(formats)

export interface ExportFlags {
  readonly format: string
  readonly out: string
  readonly weights?: string
  readonly weightsKey?: string
  readonly input?: string
  readonly opset?: number
}

/** Runs the command. Gives the exit code. */
export async function exportModel(place: string, flags: ExportFlags): Promise<number> {
  const { format, out, weights, weightsKey, input, opset } = flags
  if (!Object.hasOwn(formats, format)) throw unknownChoice('--format', format, formatNames)
  if (opset !== undefined && format !== 'onnx')
    throw new UsageError(`--opset is a version of ONNX's operators; it goes with --format onnx, not with ${format}`)
  const inputShape = input === undefined ? undefined : shapeOf(input)
  if (inputShape !== undefined && weights === undefined)
    throw new UsageError(`--input goes with --weights; ${place} tells its own`)
  checkKey(weightsKey, '--weights', weights)
  const opened = await (weights === undefined ? openModel(place) : openNamed(place, weights, inputShape, weightsKey))
  const bytes = await formats[format](opened, flags)
  try {
    writeFileSync(out, bytes)
  } catch (error) {
    throw new UsageError(`--out ${out} cannot be written: ${(error as Error).message.split('\n')[0]}`)
  }
  note(`${out}: ${format}, ${bytes.length.toLocaleString('en-US')} bytes`)
  return exitCodes.done
}
