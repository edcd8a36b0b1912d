/** `gentle summary`: what a network consists of and what it costs, layer by layer. */
import { type Layer, type Shape, wasm } from 'gentle-dl'
import { type NetworkSummary, networkGraph, summarize } from 'gentle-dl/inspect'
import { type DeepSpeech, onSpectrograms, speechNetwork, speechNetworks, takesPoints } from 'gentle-dl/models'
import { networkNamed, networkNames } from '../models/networks.ts'
import { openAnyModel } from '../models/open-model.ts'
import { sequenceNetworkNames } from '../tasks/sequence-tasks.ts'
import { writeOutput } from '../terminal/output-file.ts'
import { shapeOf, shapeText } from '../terminal/shapes.ts'
import { note, print, terminalWidth, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { type MeasuredSummary, measureLayers } from './measure-layers.ts'
import { summaryText } from './summary-text.ts'

export interface SummaryFlags {
  readonly input?: string
  readonly classes?: number
  readonly batchSize: number
  readonly measure?: boolean
  readonly svg?: string
  readonly size?: readonly string[]
  readonly json?: boolean
}

/** Ten seconds of 40 filters, a frame each 10 ms; the letters of English, an apostrophe and the blanks of texts and of CTC. */
const defaultSpectrogram: Shape = [1000, 40]
const defaultSymbols = 29

/** Frames x features of what is given as a picture. @throws UsageError for another shape. */
function framesOf(given: Shape | undefined): Shape | undefined {
  if (given === undefined) return undefined
  if (given.length !== 3 || given[0] !== 1)
    throw new UsageError('--input is the size of a spectrogram here; expected frames x features, such as 1000x40')
  return given.slice(1)
}

/** A network, of a name or of a file that describes its model. */
async function openNetwork(
  place: string,
  { input, classes, size }: SummaryFlags,
): Promise<{ layer: Layer; inputShape: Shape }> {
  const given = (usual?: Shape): Shape | undefined => (input === undefined ? undefined : shapeOf(input, usual))
  if (networkNames.includes(place)) {
    if (size !== undefined) throw new UsageError('--size is for ONNX files; for a named network give --input')
    const network = networkNamed(place)
    const inputShape = given(takesPoints(place) ? undefined : network.inputShape) ?? network.inputShape
    return {
      layer: network.build({ classes: classes ?? network.classes, points: inputShape.length === 1 }),
      inputShape,
    }
  }
  if (Object.hasOwn(speechNetworks, place)) {
    if (size !== undefined) throw new UsageError('--size is for ONNX files; for a named network give --input')
    const layer = onSpectrograms(speechNetwork(place, { symbols: classes ?? defaultSymbols }))
    return { layer, inputShape: framesOf(given()) ?? defaultSpectrogram }
  }
  if (sequenceNetworkNames().includes(place))
    throw new UsageError(
      `${place} is a sequence network, whose layers cannot be shown (gentle train ${place} prints its size before training)`,
    )
  const opened = await openAnyModel(place, size)
  const { model } = opened
  if ('inputs' in model) {
    if (opened.task !== 'transcribe') throw new UsageError(`${place} is a sequence model, whose layers cannot be shown`)
    const [features] = model.inputs['spectrogram'].shape
    const inputShape = framesOf(given()) ?? [defaultSpectrogram[0], features]
    return { layer: onSpectrograms(model.layer as DeepSpeech), inputShape }
  }
  if (classes !== undefined)
    throw new UsageError(
      `--classes is for named networks; the model of ${place} has ${model.outputShape.join(' x ')} outputs`,
    )
  return { layer: model.layer, inputShape: given(model.inputShape) ?? model.inputShape }
}

/** Runs the command. Gives the exit code. */
export async function summary(place: string, flags: SummaryFlags): Promise<number> {
  const { layer, inputShape } = await openNetwork(place, flags)
  const counted = summarize(layer, inputShape, { batchSize: flags.batchSize })
  if (flags.svg !== undefined) await draw(flags.svg, place, layer, counted)
  if (flags.measure && layer.description.type === 'deepSpeech')
    throw new UsageError(
      `--measure is for networks on pictures; gentle train ${place} --profile reports the time of each op`,
    )
  const result = flags.measure ? await measured(layer, counted) : counted
  print(flags.json ? JSON.stringify(result, null, 2) : summaryText(place, result, terminalWidth()))
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

async function draw(file: string, name: string, layer: Layer, counted: NetworkSummary): Promise<void> {
  const { inputShape, parameters, macs, flops } = counted
  const { plotNetwork } = await import('gentle-dl-plot')
  const picture = plotNetwork(networkGraph(layer, inputShape), {
    title: `${name} on ${shapeText(inputShape)}`,
    subtitle: `${thousands(parameters)} parameters; ${thousands(macs)} multiply-adds, ${thousands(flops)} FLOPs per example`,
  })
  writeOutput('--svg', file, picture)
  note(`wrote the graph of the network to ${file}`)
}
