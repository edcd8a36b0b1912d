/** Translating what is typed, with a translator of no network. */
import { PassThrough } from 'node:stream'
import type { TextTranslator, Translation } from 'gentle-dl/language'
import { afterEach, expect, it, vi } from 'vitest'
import { interact } from '../src/translation/translate.ts'

afterEach(() => vi.restoreAllMocks())

it('ends quietly when the input ends while a text is translated', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  const input = new PassThrough()
  const translated = async ([line]: readonly string[]): Promise<Translation[][]> => {
    input.end()
    await new Promise((resolve) => setTimeout(resolve, 20))
    return [[{ text: line.toUpperCase() } as Translation]]
  }
  input.write('one\n\ntwo\n')
  await interact({} as TextTranslator, translated, { quiet: true }, input)
  expect(printed.mock.calls.map(([line]) => line)).toEqual(['ONE', 'TWO'])
})
