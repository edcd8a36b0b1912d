/** `gentle summary`: what a network consists of and what it costs, layer by layer. */
import { writeFileSync } from 'node:fs'
import { type Layer, type Shape, wasm } from 'gentle-dl'
import { type NetworkSummary, networkGraph, summarize } from 'gentle-dl/inspect'
import { plotNetwork } from 'gentle-dl-plot'
import { networkNamed, networkNames } from '../models/networks.ts'
import { openModel } from '../models/open-model.ts'
import { shapeOf, shapeText } from '../terminal/shapes.ts'
import { note, terminalWidth, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { type MeasuredSummary, measureLayers } from './measure-layers.ts'
import { summaryText } from './summary-text.ts'

export interface SummaryFlags {
  readonly input?: string
  readonly classes?: number
  readonly batch: number
  readonly measure?: boolean
  readonly svg?: string
  readonly size?: readonly string[]
  readonly json?: boolean
}

/** A network, of a name or of a file that describes its model. */
async function openNetwork(
  place: string,
  { input, classes, size }: SummaryFlags,
): Promise<{ layer: Layer; inputShape: Shape }> {
  const given = input === undefined ? undefined : shapeOf(input)
  if (networkNames.includes(place)) {
    if (size !== undefined) throw new UsageError('--size is for an ONNX file; a network named takes --input')
    const network = networkNamed(place)
    const inputShape = given ?? network.inputShape
    return {
      layer: network.build({ classes: classes ?? network.classes, points: inputShape.length === 1 }),
      inputShape,
    }
  }
  const { model } = await openModel(place, size)
  if (classes !== undefined)
    throw new UsageError(
      `--classes is for a network named; the model of ${place} has ${model.outputShape.join(' x ')} outputs`,
    )
  return { layer: model.layer, inputShape: given ?? model.inputShape }
}

/** Runs the command. Gives the exit code. */
export async function summary(place: string, flags: SummaryFlags): Promise<number> {
  const { layer, inputShape } = await openNetwork(place, flags)
  const counted = summarize(layer, inputShape, { batchSize: flags.batch })
  if (flags.svg !== undefined) draw(flags.svg, place, layer, counted)
  const result = flags.measure ? await measured(layer, counted) : counted
  console.log(flags.json ? JSON.stringify(result, null, 2) : summaryText(place, result, terminalWidth()))
  return exitCodes.done
}

async function measured(layer: Layer, counted: NetworkSummary): Promise<MeasuredSummary> {
  const backend = await wasm()
  try {
    const { times, ...rest } = await measureLayers(backend, layer, counted)
    return { ...counted, layers: counted.layers.map((each, i) => ({ ...each, ...times[i] })), measured: rest }
  } finally {
    await backend.close()
  }
}

function draw(file: string, name: string, layer: Layer, { inputShape, parameters, macs, flops }: NetworkSummary): void {
  const picture = plotNetwork(networkGraph(layer, inputShape), {
    title: `${name} on ${shapeText(inputShape)}`,
    subtitle: `${thousands(parameters)} parameters; ${thousands(macs)} multiply-adds, ${thousands(flops)} FLOPs an example`,
  })
  try {
    writeFileSync(file, picture)
  } catch (error) {
    throw new UsageError(`--svg ${file} cannot be written: ${(error as Error).message.split('\n')[0]}`)
  }
  note(`${file}: the network's graph`)
}
