/** The end of a training of translation: the best weights on the test set, the figures, examples, the report. */
import { join } from 'node:path'
import { type Evaluation, evaluate, sequenceAccuracy, sequenceCrossEntropy, tokenAccuracy } from 'gentle-dl'
import type { NamedDataset } from 'gentle-dl/data'
import { openTranslator, type TextTranslator } from 'gentle-dl/language'
import type { Ending } from '../tasks/task.ts'
import { commandLine } from '../terminal/invocation.ts'
import { bold, dim, lossText, percent, print, table, thousands } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { summaryBeginning, summaryEnd } from '../train/run-summary.ts'
import { maxSlow, sampleOf } from '../train/train-sample.ts'
import { defaultBeam, defaultLengthPenalty, judge, judgementData, judgementText } from './judge.ts'
import type { TranslationSplits } from './pairs-sets.ts'

/** Loss and shares of pieces and of whole texts, each piece given the right ones before it. */
export const evaluatePairs = (
  { model }: TextTranslator,
  set: NamedDataset,
  labelSmoothing: number,
): Promise<Evaluation> =>
  evaluate(model, set, {
    loss: sequenceCrossEntropy({ labelSmoothing }),
    metrics: [tokenAccuracy, sequenceAccuracy],
    batchSize: 64,
  })

/** Looks at the test set once, with the best weights, and tells everything. */
export async function finishTranslation(
  ending: Ending,
  splits: TranslationSplits,
  labelSmoothing: number,
): Promise<number> {
  const { run, backend, flags } = ending
  const quiet = flags.quiet === true
  const translator = await openTranslator(run.path, { backend })
  const train = await evaluatePairs(translator, sampleOf(splits.train, maxSlow), labelSmoothing)
  const validation = await evaluatePairs(translator, splits.validation, labelSmoothing)
  const test = await evaluatePairs(translator, splits.test, labelSmoothing)
  const judgement = await judge(translator, splits.test.pairs, { quiet })
  const summary = {
    ...summaryBeginning(ending, 'translate', translator.model),
    train,
    validation,
    test: { ...test, ...judgementData(judgement) },
    ...summaryEnd(ending),
  }
  run.writeJson('summary.json', summary)
  run.writeJson(
    'examples.json',
    judgement.examples.map(({ source, targets, text }) => ({ source, targets, translation: text })),
  )
  const [{ source: example }] = splits.test.pairs
  const [[best]] = await translator.translate([example], { beamSize: defaultBeam, lengthPenalty: defaultLengthPenalty })
  const { plotAttention } = await import('gentle-dl-plot')
  run.write('attention.svg', plotAttention(best.attention, best.sourcePieces, best.pieces))
  translator.dispose()
  if (flags.json) console.log(JSON.stringify(summary, null, 2))
  else if (!quiet) {
    const { bestEpoch, examplesPerSecond, seconds } = summary
    const figures = table([
      ['', 'loss', 'tokens correct', 'texts correct'],
      ...Object.entries({ train, validation, test }).map(([part, each]) => [
        part,
        lossText(each.loss),
        percent(each.tokenAccuracy!),
        percent(each.sequenceAccuracy!),
      ]),
    ])
    print(
      [
        '',
        judgementText(judgement, 'test texts'),
        '',
        `with the weights of epoch ${bestEpoch}, the best on validation`,
        `${thousands(examplesPerSecond)} examples/s, ${seconds.toFixed(1)} s in all`,
        '',
        figures,
        dim('each token given the correct ones before it'),
        '',
        `Wrote ${bold(run.path)}`,
        dim('  summary.json, metrics.csv, curves.svg, attention.svg, examples.json, pieces.json, weights/'),
        '',
        'Next steps',
        `  ${commandLine('translate', run.path, example)}`,
        `  ${commandLine('translate', run.path, example, '--n-best', '4', '--out', join(run.path, 'attention.svg'))}`,
        `  ${commandLine('eval', run.path)}`,
      ].join('\n'),
    )
  }
  return exitCodes.done
}
