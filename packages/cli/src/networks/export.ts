/** `gentle export`: a trained model as a file that others read. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type ModelCard, type OpenedModel, purposeMetadata, type Shape, saveModel } from 'gentle-dl'
import { takesPoints } from 'gentle-dl/models'
import { licenseNamed } from '../models/license.ts'
import { networkNamed, networkNames } from '../models/networks.ts'
import { checkKey, openModel, openNamed } from '../models/open-model.ts'
import { reasonOf } from '../terminal/reason.ts'
import { shapeOf } from '../terminal/shapes.ts'
import { note } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'

/** The content of a file, or of the files of a folder by their names. */
type Exported = Uint8Array | Readonly<Record<string, Uint8Array>>

const formats: Readonly<Record<string, (opened: OpenedModel, flags: ExportFlags) => Promise<Exported>>> = {
  async onnx({ model, foreign, ...purpose }, { opset }) {
    const { exportOnnx } = await import('gentle-dl/onnx')
    const license = purpose.card?.license
    // ONNX has a name of its own for the license, which other programs read (ONNX's docs/MetadataProps.md).
    const named: Record<string, string> = license === undefined ? {} : { model_license: license }
    return exportOnnx(model, { opset, metadata: { ...(foreign ? {} : purposeMetadata(purpose)), ...named } })
  },
  safetensors: ({ model, ...purpose }) => saveModel(model, purpose),
  async tfjs({ model }) {
    const { exportTensorflow } = await import('gentle-dl/tensorflow')
    return { ...(await exportTensorflow(model)) }
  },
}

export const formatNames = Object.keys(formats)

export interface ExportFlags {
  readonly format: string
  readonly out: string
  readonly weights?: string
  readonly weightsKey?: string
  readonly input?: string
  readonly opset?: number
  readonly license?: string
}

/** The usual input of a named network that takes pictures alone. */
const usualInput = (name: string): Shape | undefined =>
  takesPoints(name) || !networkNames.includes(name) ? undefined : networkNamed(name).inputShape

/** Runs the command. Gives the exit code. */
export async function exportModel(place: string, flags: ExportFlags): Promise<number> {
  const { format, out, weights, weightsKey, input, opset, license } = flags
  if (!Object.hasOwn(formats, format)) throw unknownChoice('--format', format, formatNames)
  if (opset !== undefined && format !== 'onnx')
    throw new UsageError(`--opset needs --format onnx; the format is ${format}`)
  if (input !== undefined && weights === undefined)
    throw new UsageError(`--input needs --weights; ${place} has its own input size`)
  checkKey(weightsKey, '--weights', weights)
  const given: ModelCard = license === undefined ? {} : { license: licenseNamed('--license', license) }
  const inputShape = input === undefined ? undefined : shapeOf(input, usualInput(place))
  const opened = await (weights === undefined
    ? openModel(place)
    : openNamed(place, weights, { inputShape, key: weightsKey }))
  const card = { ...(opened.card ?? (weights && { modelName: place, baseModel: basename(weights) })), ...given }
  const exported = await formats[format]({ ...opened, ...(Object.keys(card).length > 0 ? { card } : {}) }, flags)
  const files = exported instanceof Uint8Array ? [exported] : Object.values(exported)
  try {
    if (exported instanceof Uint8Array) writeFileSync(out, exported)
    else {
      mkdirSync(out, { recursive: true })
      for (const [name, bytes] of Object.entries(exported)) writeFileSync(join(out, name), bytes)
    }
  } catch (error) {
    throw new UsageError(`--out ${out} cannot be written: ${reasonOf(error, 'write')}`)
  }
  const size = files.reduce((total, { length }) => total + length, 0)
  note(`${out}: ${format}, ${size.toLocaleString('en-US')} bytes`)
  return exitCodes.done
}
