import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWave } from 'gentle-dl/speech'
import { expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

it('gentle data speech:DIR tells how much is said, and what is left out', async () => {
  const folder = join(temporaryFolder(), 'voices')
  mkdirSync(folder)
  const words = ['one', 'two', 'three', 'four']
  const channels = [Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i))]
  for (const word of words) writeFileSync(join(folder, `${word}.wav`), writeWave({ sampleRate: 8000, channels }))
  const lines = [...words.map((word) => `${word}: ${word}`), 'gone: gone']
  writeFileSync(join(folder, 'transcripts.txt'), lines.join('\n'))
  const { code, stdout } = await gentle(['data', `speech:${folder}`])
  expect(code).toBe(0)
  expect(stdout).toContain('4 recordings, 0.1 min, 8000 Hz')
  expect(stdout).toContain('9 symbols: e f h n o r t u w')
  expect(stdout).toMatch(/skipped, missing: 1\n.*transcripts\.txt, line 5: there is no sound file .*gone\.wav/)
  const json = JSON.parse((await gentle(['data', `speech:${folder}`, '--json'])).stdout)
  expect(json.parts.train).toEqual({
    recordings: 2,
    minutes: 0.03,
    medianSeconds: 1,
    longestSeconds: 1,
    words: 2,
    differentTexts: 2,
  })
  const strict = await gentle(['data', `speech:${folder}`, '--strict'])
  expect([strict.code, strict.stderr]).toEqual([2, expect.stringMatching(/1 of its recordings would be left out/)])
  expect((await gentle(['data', 'speech:'])).stderr).toContain('no folder given; expected speech:DIR')
})

it('folders may have commas in their names, and a list may lie elsewhere, named after one', async () => {
  const folder = join(temporaryFolder(), 'one, two')
  mkdirSync(folder)
  const channels = [Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i))]
  const words = ['one', 'two', 'three', 'four']
  for (const word of words) writeFileSync(join(folder, `${word}.wav`), writeWave({ sampleRate: 8000, channels }))
  const list = join(temporaryFolder(), 'list.txt')
  const small = ['--layers', '1', '--units', '8', '--epochs', '1', '--quiet', '--run-dir']
  for (const [data, transcripts] of [
    [`speech:${folder},${list}`, list],
    [`speech:${folder}`, join(folder, 'transcripts.txt')],
  ]) {
    writeFileSync(transcripts, words.map((word) => `${word}: ${word}\n`).join(''))
    expect((await gentle(['data', data])).stdout).toContain('4 recordings')
    const run = join(temporaryFolder(), 'run')
    expect(await gentle(['train', 'deepspeech', '--data', data, ...small, run])).toMatchObject({ code: 0, stdout: '' })
  }
  const { code, stderr } = await gentle(['data', `speech:${folder},/nowhere.txt`])
  expect([code, stderr]).toEqual([2, expect.stringContaining('/nowhere.txt')])
})
