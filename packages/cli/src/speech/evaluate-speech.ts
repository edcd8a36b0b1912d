/** `gentle eval` of a model of speech. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type BatchLoss, ctc, evaluate, type OpenedInputsModel } from 'gentle-dl'
import { speechSubset } from 'gentle-dl/data'
import { speechEncodingFrom, Transcriber } from 'gentle-dl/speech'
import type { EvaluationFlags } from '../tasks/task.ts'
import { partsOfRun } from '../tasks/used-examples.ts'
import { bold, lossText, percent, print } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { openRun, settingsOf } from '../train/run-folder.ts'
import { decodingFor } from './decoding.ts'
import { errorRates, examplesText, ratesTable } from './judge.ts'
import { openSpeech } from './open-speech.ts'

/** The loss that a network of speech was trained by. */
export const lossOf = ({ network }: Transcriber): BatchLoss =>
  ctc({ lengthsOf: ({ spectrogramLengths }) => network.outputLengths(spectrogramLengths), zeroInfinity: true })

/** Tells how wrong a model's transcripts are. Gives the exit code. */
export async function evaluateSpeech(
  place: string,
  { model, encoding }: OpenedInputsModel,
  part: 'train' | 'validation' | 'test',
  { data, seed, strict, json, used }: EvaluationFlags,
): Promise<number> {
  const transcriber = new Transcriber(model, speechEncodingFrom(encoding, place))
  const { symbols, spectrogram, text } = transcriber.encoding
  const { sampleRate, ...frames } = spectrogram
  // The parts of the training, where the place is its folder.
  const trained = existsSync(join(place, 'run.json')) ? settingsOf(openRun(place)) : {}
  const sets = await openSpeech(data, {
    sampleRate,
    spectrogram: frames,
    symbols,
    text,
    framesPerOutput: transcriber.network.stride,
    seed: seed ?? trained.seed,
    validation: trained.validation,
    ...(trained.test === undefined ? {} : { test: trained.test }),
    strict,
  })
  const set = partsOfRun(sets, used, speechSubset)[part]
  const decoding = await decodingFor(place, transcriber, {})
  const greedy = await errorRates(transcriber, set)
  const judged = await errorRates(transcriber, set, decoding)
  const { loss } = await evaluate(model, set, { loss: lossOf(transcriber), metrics: [], batchSize: 8 })
  transcriber.dispose()
  if (json)
    console.log(
      JSON.stringify({ loss, ...judged.rates, greedy: greedy.rates, data, split: part, examples: set.length }, null, 2),
    )
  else
    print(
      [
        bold(
          `character error rate ${percent(judged.rates.characterErrorRate)}, word error rate ${percent(judged.rates.wordErrorRate)} on ${set.length} ${part} ${set.length === 1 ? 'recording' : 'recordings'} of ${data}`,
        ),
        decoding.text,
        `loss ${lossText(loss)}`,
        '',
        ratesTable([
          [part, judged.rates],
          [`${part}, greedy`, greedy.rates],
        ]),
        examplesText(judged.examples),
      ].join('\n'),
    )
  return exitCodes.done
}
