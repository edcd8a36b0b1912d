/** The end of a training of speech: the best weights on the test set, the figures, examples, the report. */
import { readFile } from 'node:fs/promises'
import { evaluate, type RunFolder } from 'gentle-dl'
import type { SpeechSplits } from 'gentle-dl/data'
import { readArpa } from 'gentle-dl/language'
import { openTranscriber, type Transcriber } from 'gentle-dl/speech'
import type { Ending } from '../tasks/task.ts'
import { commandLine } from '../terminal/invocation.ts'
import { bold, dim, percent, print } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { summaryBeginning, summaryEnd } from '../train/run-summary.ts'
import { speechSampleOf } from '../train/train-sample.ts'
import { chooseWeights, decodingFile, decodingFor, languageModelFile } from './decoding.ts'
import { lossOf } from './evaluate-speech.ts'
import { errorRates, examplesText, ratesTable } from './judge.ts'

/** Looks at the test set once, with the best weights, and tells everything. */
export async function finishSpeech(ending: Ending, splits: SpeechSplits): Promise<number> {
  const { run, backend, flags } = ending
  const transcriber = await openTranscriber(run.path, { backend })
  run.writeJson(decodingFile, await chosenWeights(run, transcriber, splits))
  const decoding = await decodingFor(run.path, transcriber, {})
  const validation = await errorRates(transcriber, splits.validation, decoding)
  const greedy = await errorRates(transcriber, splits.test)
  const test = await errorRates(transcriber, splits.test, decoding)
  const loss = { loss: lossOf(transcriber), metrics: [], batchSize: 8 }
  const sample = speechSampleOf(splits.train)
  const train = await errorRates(transcriber, sample, decoding)
  const { loss: trainLoss } = await evaluate(transcriber.model, sample, loss)
  const { loss: testLoss } = await evaluate(transcriber.model, splits.test, loss)
  const summary = {
    ...summaryBeginning(ending, 'transcribe', transcriber.model),
    train: { loss: trainLoss, ...train.rates },
    validation: validation.rates,
    test: { loss: testLoss, ...test.rates, greedy: greedy.rates },
    decoding: decoding.text,
    ...summaryEnd(ending),
  }
  transcriber.dispose()
  run.writeJson('summary.json', summary)
  run.writeJson(
    'examples.json',
    test.examples.map(({ file, said, recognized }) => ({ file, said, recognized: recognized.text })),
  )
  if (flags.json) console.log(JSON.stringify(summary, null, 2))
  else if (!flags.quiet) {
    const { bestEpoch, seconds } = summary
    const [{ file }] = splits.test.examples
    print(
      [
        '',
        bold(
          `Test: character error rate ${percent(test.rates.characterErrorRate)}, word error rate ${percent(test.rates.wordErrorRate)}`,
        ),
        `${splits.test.length} ${splits.test.length === 1 ? 'recording' : 'recordings'}`,
        decoding.text,
        `weights of epoch ${bestEpoch}, the best on validation; ${seconds.toFixed(1)} s in all`,
        '',
        ratesTable([
          [sample === splits.train ? 'train' : `train, ${sample.length} of ${splits.train.length}`, train.rates],
          ['validation', validation.rates],
          ['test', test.rates],
          ['test, greedy', greedy.rates],
        ]),
        examplesText(test.examples),
        '',
        `Wrote ${bold(run.path)}`,
        dim(`  summary.json, metrics.csv, curves.svg, examples.json, ${languageModelFile}, weights/`),
        '',
        'Next steps',
        `  ${commandLine('transcribe', run.path, file)}`,
        `  ${commandLine('transcribe', run.path, file, '--out', 'heard.png')}`,
        `  ${commandLine('eval', run.path)}`,
      ].join('\n'),
    )
  }
  return exitCodes.done
}

/** How much the run's language model counts, by its validation recordings. */
async function chosenWeights(run: RunFolder, transcriber: Transcriber, { validation }: SpeechSplits) {
  const file = run.file(languageModelFile)
  const model = await readArpa(await readFile(file), file)
  const said = validation.examples.map(({ text }) => text)
  return chooseWeights(transcriber, model, await transcriber.logitsOf(validation), said)
}
