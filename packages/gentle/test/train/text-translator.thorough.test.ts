import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError, FormatError } from '../../src/core/errors.ts'
import { pairsSet } from '../../src/data/pairs/pairs-set.ts'
import { characterPieces, trainWordpieces } from '../../src/language/train-wordpieces.ts'
import { gnmt } from '../../src/models/gnmt.ts'
import { createModel } from '../../src/nn/model.ts'
import { openTranslator, TextTranslator, vocabulariesFrom } from '../../src/train/text-translator.ts'
import { saveModel } from '../../src/train/weights.ts'

describe('a translator of texts', () => {
  const pairs = ['one two', 'two', 'three one'].map((source, i) => ({
    source,
    target: source.toUpperCase(),
    line: i + 1,
  }))
  const vocabularies = {
    source: characterPieces(pairs.map(({ source }) => source)),
    target: trainWordpieces(pairs.map(({ target }) => target)),
  }
  let backend: Backend
  let folder: string
  beforeAll(async () => {
    backend = await wasm({ threads: 1 })
    folder = mkdtempSync(join(tmpdir(), 'gentle-'))
  })
  afterAll(async () => {
    await backend.close()
    rmSync(folder, { recursive: true })
  })

  const make = async () => {
    const network = gnmt({
      sourceTokens: vocabularies.source.size,
      targetTokens: vocabularies.target.size,
      units: 8,
    })
    return createModel(network, pairsSet(pairs, vocabularies).inputs, { backend, seed: 1 })
  }

  it('gives the best translations with their pieces and what these looked at, and opens from a file to the same', async () => {
    const model = await make()
    const translator = new TextTranslator(model, vocabularies)
    const found = await translator.translate([' one two ', 'two ✓'], { beamSize: 3, nBest: 2, maxLength: 6 })
    expect(found.map((each) => each.length)).toEqual([2, 2])
    expect(found[0][0].sourcePieces).toEqual([...'one two', '</s>'])
    for (const translations of found)
      for (const { text, pieces, attention, sourcePieces, ended } of translations) {
        expect(pieces.length).toBe(attention.length)
        expect(pieces.at(-1) === '</s>').toBe(ended)
        expect(vocabularies.target.decode(pieces.map((piece) => vocabularies.target.pieces.indexOf(piece)))).toBe(text)
        for (const row of attention) {
          expect(row.length).toBe(sourcePieces.length)
          expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
        }
      }
    const file = join(folder, 'model.safetensors')
    const encoding = { source: vocabularies.source, target: vocabularies.target }
    writeFileSync(file, await saveModel(model, { task: 'translate', encoding }))
    const opened = await openTranslator(file, { backend })
    expect(await opened.translate([' one two ', 'two ✓'], { beamSize: 3, nBest: 2, maxLength: 6 })).toEqual(found)
    await expect(translator.translate(['one', '  '])).rejects.toThrow(ArgumentError)
    translator.dispose()
    opened.dispose()
  })

  it('refuses files that do not contain their pieces', () => {
    const stored = { source: vocabularies.source.toJSON(), target: { kind: 'wordpieces', texts: ['a', 'a'] } }
    expect(() => vocabulariesFrom(undefined, 'x')).toThrow(FormatError)
    expect(() => vocabulariesFrom({ ...stored, source: { kind: 'other', texts: [] } }, 'x')).toThrow(
      'x does not contain the pieces of its source texts',
    )
    expect(() => vocabulariesFrom(stored, 'x')).toThrow(
      'x: the pieces of its target texts are broken: wordpieces: 2 texts',
    )
  })
})
