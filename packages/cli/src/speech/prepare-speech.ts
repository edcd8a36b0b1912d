/** What a training of a network of speech needs. */
import { ctc, type InputsModel } from 'gentle-dl'
import { augmentedSpeech, type SpeechSet, type SpeechSplits, speechSubset, subset } from 'gentle-dl/data'
import { speechNetwork, speechNetworks } from 'gentle-dl/models'
import { type SpeechEncoding, Transcriber } from 'gentle-dl/speech'
import { textSections } from '../report/text-sections.ts'
import type { NamedSettings, Opening, Preparation } from '../tasks/task.ts'
import { batchOf, limitRemarks, usedParts } from '../tasks/used-examples.ts'
import { thousands } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { countLanguageModel, languageModelFile } from './decoding.ts'
import { finishSpeech } from './finish-speech.ts'
import { errorRates } from './judge.ts'
import { openSpeech } from './open-speech.ts'
import { defaultMaxLength, defaultSampleRate, defaultWarmup, spectrogramFor, speechRecipe } from './recipe.ts'
import { soundPolicyOf } from './sound-policies.ts'

/** Indices of the recordings of at most this many seconds. */
const shortOnes = ({ examples }: SpeechSet, maxLength: number): number[] =>
  examples.flatMap(({ seconds }, i) => (seconds <= maxLength ? [i] : []))

/** How much is said in how long, and what is not learned from. */
function remarksOf({ train, symbols }: SpeechSplits, maxLength: number): string[] {
  const left = train.length - shortOnes(train, maxLength).length
  const symbolsText = symbols.symbols
    .slice(1)
    .map((symbol) => (symbol === ' ' ? 'blank' : symbol))
    .join(' ')
  return [
    `${(train.seconds / 60).toFixed(1)} minutes of training data at ${thousands(train.spectrogram.options.sampleRate)} Hz; symbols: ${symbolsText}`,
    ...(left === 0
      ? []
      : [`${left} training recordings are longer than ${maxLength} s and are skipped (see --max-length)`]),
  ]
}

export async function prepareSpeech(settings: NamedSettings, opening: Opening): Promise<Preparation> {
  const {
    model,
    data,
    seed = 0,
    validation,
    test,
    sampleRate = defaultSampleRate,
    maxLength = defaultMaxLength,
    layers,
    units,
  } = settings
  const { options } = speechNetworks[model]
  const online = options.bidirectional === false
  const stride = options.convolutions.reduce((product, each) => product * each.stride[0], 1)
  const all = await openSpeech(data, {
    sampleRate,
    spectrogram: spectrogramFor(sampleRate, online),
    framesPerOutput: stride,
    seed,
    validation,
    ...(test === undefined ? {} : { test }),
    ...opening,
  })
  const splits = usedParts(all, settings, batchOf(settings, speechRecipe(all.train.seconds)), speechSubset)
  const { symbols, spectrogram } = splits
  const network = speechNetwork(model, { symbols: symbols.size, layers, units })
  const encoding: SpeechEncoding = {
    symbols: symbols.symbols,
    spectrogram: spectrogram.options,
    text: (splits.train.description as Pick<SpeechEncoding, 'text'>).text,
  }
  const learned = (set: SpeechSet) => {
    const short = shortOnes(set, maxLength)
    if (short.length === 0) throw new UsageError(`--max-length is ${maxLength} s; all recordings are longer`)
    return short.length === set.length ? set : subset(set, short)
  }
  let judged: Transcriber | undefined
  return {
    splits: { ...splits, train: learned(splits.train) },
    network,
    head: new Map([
      ['output.weight', 0],
      ['output.bias', 0],
    ]),
    recipe: speechRecipe(splits.train.seconds),
    purpose: { task: 'transcribe', encoding },
    loss: ctc({ lengthsOf: ({ spectrogramLengths }) => network.outputLengths(spectrogramLengths), zeroInfinity: true }),
    metrics: [],
    monitor: 'characterErrorRate',
    monitorBetter: 'less',
    scoreName: 'letters wrong',
    shortestFirst: true,
    async validate(trained) {
      judged ??= new Transcriber(trained as InputsModel, encoding)
      return { ...(await errorRates(judged, splits.validation)).rates }
    },
    defaultAugment: 'sounds',
    defaultSettings: {
      sampleRate,
      maxLength,
      layers: network.options.layers,
      units: network.options.units,
      warmup: defaultWarmup,
    },
    remarks: [...limitRemarks(settings, all.train.length), ...remarksOf(splits, maxLength)],
    augmented: async (policy, by) => learned(await augmentedSpeech(splits.train, soundPolicyOf(policy), { seed: by })),
    keep: (run) => run.write(languageModelFile, countLanguageModel(splits.train.examples.map(({ text }) => text))),
    finish: (ending) => finishSpeech(ending, splits),
    sections: async ({ run }) => textSections(run, ['recording', 'said', 'heard']),
  }
}
