import { dateBatch, dateEpochs, dateRate, dateUnits, learned, validated } from './date-translator.ts'
import dates from './dates.ts?raw'
import {
  heardSounds,
  spectrogramOptions,
  speechBatch,
  speechEpochs,
  speechRate,
  speechUnits,
  takePolicy,
  testedSounds,
} from './recogniser.ts'
import type { LookedAt } from './session.ts'
import voice from './voice.ts?raw'

/** What a file of the page has, as a part of a program: nothing but `Random` is imported by these. */
const asPart = (source: string): string =>
  source.replaceAll(/^import .*\n\n?/gm, '').replaceAll(/^export (?=const|function)/gm, '')

/** A value as a program has it, over several lines where it is long. */
const literal = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll(/"(\w+)":/g, ' $1: ')
    .replaceAll('"', "'")
    .replaceAll('}', ' }')
    .replaceAll(/,(?! )/g, ', ')
    .replaceAll(/ +/g, ' ')

const saidExamples = (seed: number): string => `const random = new Random(${seed}, 'examples')
const examples = Array.from({ length: ${heardSounds + testedSounds} }, () => {
  const text = Array.from({ length: 1 + random.integer(3) }, () => words[random.integer(words.length)]).join(' ')
  return { text, samples: say(text, random) }
})
`

const takenExamples = (
  seed: number,
): string => `// Takes that the page saved, in the folder of this program: yes-1.wav, yes-2.wav, no-1.wav, ...
const takes = readdirSync('.')
  .filter((name) => /^.+-\\d+\\.wav$/.test(name))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  .map((name) => ({ text: name.replace(/-\\d+\\.wav$/, ''), samples: mixDown(readWave(readFileSync(name), name)) }))
const random = new Random(${seed}, 'takes')
const policy = ${literal(takePolicy)} as const
const examples = Array.from({ length: ${heardSounds + testedSounds} }, () => {
  const some = Array.from({ length: 1 + random.integer(2) }, () => takes[random.integer(takes.length)])
  const parts = some.map(({ samples }) => augmentSound(samples, sampleRate, policy, random))
  return { text: some.map(({ text }) => text).join(' '), samples: Float32Array.from(parts.flatMap((part) => [...part])) }
})
`

export interface SpeechProgram {
  readonly seed: number
  readonly words: 'made' | 'own'
  readonly epochs: number
  readonly sound: LookedAt
}

/** The program that learns to hear, with the page's voice in it. */
export function speechProgram({ seed, words, epochs, sound }: SpeechProgram): string {
  const isMade = words === 'made'
  const looked =
    sound === 'given'
      ? `const samples = examples[${heardSounds}].samples // or those of a file: mixDown(readWave(readFileSync('sound.wav')))`
      : `const samples = say('${sound.text}', new Random(${sound.voice}, 'voice'))`
  return `import { adam, ctc, fit, Random } from 'gentle-dl'
import { namedInMemory } from 'gentle-dl/data'
import { characterErrorRate } from 'gentle-dl/language'
import { deepSpeech } from 'gentle-dl/models'
import { ${isMade ? '' : 'augmentSound, mixDown, readWave, '}Spectrogram, SymbolTable, Transcriber } from 'gentle-dl/speech'
${isMade ? '' : "import { readdirSync, readFileSync } from 'node:fs'\n"}
${asPart(voice)}
${isMade ? saidExamples(seed) : takenExamples(seed)}
const options = ${literal(spectrogramOptions)} as const
const spectrogram = new Spectrogram(options)
const symbols = SymbolTable.of([...examples.map(({ text }) => text), ' '])
const network = deepSpeech({
  symbols: symbols.size,
  convolutions: [{ channels: 8, kernel: [5, 5], stride: [2, 2] }],
  layers: 1,
  units: ${speechUnits},
})
const learned = examples.slice(0, ${heardSounds})
const data = namedInMemory({
  inputs: {
    spectrogram: { values: learned.map(({ samples }) => spectrogram.of(samples)), shape: [spectrogram.features] },
  },
  target: { values: learned.map(({ text }) => symbols.encode(text)) },
})
const { model } = await fit(network, data, {
  loss: ctc({ lengthsOf: ({ spectrogramLengths }) => network.outputLengths(spectrogramLengths), zeroInfinity: true }),
  metrics: [],
  optimizer: adam({ learningRate: ${speechRate}, clipNorm: 5 }),
  batchSize: ${speechBatch},
  epochs: ${epochs === 0 ? speechEpochs : epochs},
  shortestFirst: true,
  seed: ${seed},
  keep: 'last',
})

const transcriber = new Transcriber(model, { symbols: symbols.symbols, spectrogram: options })
const hear = async (sounds: Float32Array<ArrayBuffer>[]) =>
  transcriber.transcribe(sounds.map((samples) => ({ sampleRate, channels: [samples] })))
const others = examples.slice(${heardSounds})
const heard = await hear(others.map(({ samples }) => samples))
const { rate } = characterErrorRate(
  others.map(({ text }) => text),
  heard.map(({ text }) => text),
)
console.log(\`letters wrong: \${(100 * rate).toFixed(1)} %\`)
${looked}
const [{ text, letters }] = await hear([samples])
console.log(\`hears '\${text}'\`)
for (const { symbol, at } of letters) console.log(\`\${at.toFixed(2)} s: \${symbol}\`)
`
}

/** The program that learns to translate dates, with the dates that it learns from. */
export const datesProgram = (
  seed: number,
  epochs: number,
  text: string,
): string => `import { adam, fit, Random, sequenceAccuracy, sequenceCrossEntropy, tokenAccuracy } from 'gentle-dl'
import { pairsSet } from 'gentle-dl/data'
import { characterPieces, TextTranslator } from 'gentle-dl/language'
import { gnmt } from 'gentle-dl/models'
${asPart(dates)}
const pairs = drawDates(${learned + validated}, ${seed})
const vocabularies = {
  source: characterPieces(pairs.map(({ source }) => source)),
  target: characterPieces(pairs.map(({ target }) => target)),
}
const network = gnmt({
  sourceTokens: vocabularies.source.size,
  targetTokens: vocabularies.target.size,
  units: ${dateUnits},
  dropout: 0,
})
const { model } = await fit(network, pairsSet(pairs.slice(0, ${learned}), vocabularies), {
  validation: pairsSet(pairs.slice(${learned}), vocabularies),
  loss: sequenceCrossEntropy(),
  metrics: [sequenceAccuracy, tokenAccuracy],
  optimizer: adam({ learningRate: ${dateRate}, clipNorm: 1 }),
  batchSize: ${dateBatch},
  epochs: ${epochs === 0 ? dateEpochs : epochs},
  seed: ${seed},
  keep: 'last',
  onEpoch: ({ epoch, validation }) =>
    console.log(\`epoch \${epoch}: \${(100 * validation!.sequenceAccuracy!).toFixed(1)} % of the dates right\`),
})

const translator = new TextTranslator(model, vocabularies)
const [[{ text, pieces, sourcePieces, attention }]] = await translator.translate([${JSON.stringify(text).replaceAll('"', "'")}], { maxLength: 20 })
console.log(\`'\${text}'\`)
for (const [i, piece] of pieces.entries())
  console.log(\`\${piece} looks most at '\${sourcePieces[attention[i].indexOf(Math.max(...attention[i]))]}'\`)
`
