/**
 * `gnmt-training.ts PAIRS.tsv [--units 128 ...]`: trains GNMT on pairs of texts, then the same network in PyTorch on the same batches with the same rates, and
 * compares what both make of sentences that neither has seen: BLEU with beams of 1 and 4, and how many are right to the letter.
 */
import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bySource, pairsSet, parsePairs, splitPairs } from '../packages/gentle/src/entries/data.ts'
import {
  adam,
  cosineDecay,
  createTrainer,
  createTranslator,
  sequenceCrossEntropy,
  type TypedArray,
  wasm,
} from '../packages/gentle/src/entries/index.ts'
import { beginPiece, bleu, endPiece, trainWordpieces } from '../packages/gentle/src/entries/language.ts'
import { gnmt } from '../packages/gentle/src/entries/models.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pieces: { type: 'string', default: '150' },
    units: { type: 'string', default: '128' },
    layers: { type: 'string', default: '2' },
    dropout: { type: 'string', default: '0.1' },
    'label-smoothing': { type: 'string', default: '0' },
    'learning-rate': { type: 'string', default: '0.002' },
    batch: { type: 'string', default: '64' },
    epochs: { type: 'string', default: '1' },
    longest: { type: 'string', default: '60' },
    test: { type: 'string', default: '1000' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
})
const [file] = positionals
if (file === undefined) throw new Error('expected a file of pairs, such as examples/translation makes')
const numbers = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]))
const { units, layers, dropout, epochs, threads, seed, longest, batch: batchSize } = numbers
const [clipNorm, lengthPenalty, beams] = [1, 0.2, [1, 4]]

const splits = splitPairs(parsePairs({ name: file, content: readFileSync(file, 'utf8') }).pairs)
const vocabularies = {
  source: trainWordpieces(
    splits.train.map(({ source }) => source),
    { size: numbers.pieces },
  ),
  target: trainWordpieces(
    splits.train.map(({ target }) => target),
    { size: numbers.pieces },
  ),
}
const train = pairsSet(splits.train, vocabularies, { maxLength: longest })
const test = bySource(splits.test).slice(0, numbers.test)
const sources = test.map(({ source }) => [...vocabularies.source.encode(source), endPiece])
const [sourceTokens, targetTokens] = [vocabularies.source.size, vocabularies.target.size]
console.log(`${train.length} pairs, ${sourceTokens} and ${targetTokens} pieces; ${test.length} for the test`)

const folder = mkdtempSync(join(tmpdir(), 'gnmt-'))
const schedule = cosineDecay(numbers['learning-rate'], { warmup: 200 })
const labelSmoothing = numbers['label-smoothing']
const trainer = await createTrainer(gnmt({ sourceTokens, targetTokens, units, layers, dropout }), train, {
  loss: sequenceCrossEntropy({ labelSmoothing }),
  optimizer: adam({ learningRate: schedule, clipNorm }),
  batchSize,
  epochs,
  seed,
  backend: await wasm({ threads }),
})
const { steps } = trainer
const batches = createWriteStream(join(folder, 'batches.jsonl'))
const began = performance.now()
let writing = 0
while (!trainer.done) {
  const batch = await trainer.nextBatch()
  const beforeWriting = performance.now()
  const rows = (all: TypedArray, lengths: ArrayLike<number>): number[][] => {
    const padded = all.length / lengths.length
    return Array.from(lengths, (length, i) => [...all.subarray(i * padded, i * padded + length)])
  }
  const { source, sourceLengths } = batch.inputs
  batches.write(
    `${JSON.stringify({ source: rows(source, sourceLengths), target: rows(batch.targets, batch.targetLengths!) })}\n`,
  )
  writing += performance.now() - beforeWriting
  const { step, loss } = await trainer.step(batch)
  if (step % 100 === 0) console.log(`step ${step} of ${steps}: loss ${loss.toFixed(4)}`)
}
const ownSeconds = (performance.now() - began - writing) / 1000
await new Promise<void>((resolve) => {
  batches.end(resolve)
})

const texts = (translations: readonly ArrayLike<number>[]): string[] =>
  translations.map((pieces) => vocabularies.target.decode(Array.from(pieces)))
const report = (name: string, seconds: number, beam: number, translations: string[]): void => {
  const references = test.map(({ targets }) => targets)
  const { score } = bleu(translations, references)
  const right = translations.filter((text, i) => references[i].includes(text)).length / test.length
  console.log(
    `${name.padEnd(8)} trained in ${seconds.toFixed(0)} s, beam ${beam}: BLEU ${score.toFixed(2)}, right to the letter ${(100 * right).toFixed(1)} %`,
  )
}

const translator = createTranslator(trainer.model, { begin: beginPiece, end: endPiece })
for (const beam of beams) {
  const found = await translator.translate(sources, { beamSize: beam, lengthPenalty })
  report('Gentle', ownSeconds, beam, texts(found.map(([best]) => best.tokens)))
}
translator.dispose()
await trainer.model.backend.close()

const rates = Array.from({ length: steps }, (_, step) => schedule(step, steps))
const settings = { sourceTokens, targetTokens, units, layers, dropout, labelSmoothing, clipNorm, lengthPenalty, beams }
const marks = { begin: beginPiece, end: endPiece }
writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...settings, ...marks, threads, seed, rates }))
writeFileSync(join(folder, 'sources.json'), JSON.stringify(sources))
const python = spawnSync('/usr/bin/python3', [join(import.meta.dirname, 'rivals/gnmt.py'), folder], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (python.status !== 0) throw new Error(`PyTorch's training ended with ${python.status ?? python.signal}`)
const theirs = JSON.parse(readFileSync(join(folder, 'translations.json'), 'utf8'))
for (const beam of beams) report('PyTorch', theirs.seconds, beam, texts(theirs.translations[beam]))
rmSync(folder, { recursive: true })
