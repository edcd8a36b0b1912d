/** A terminal is not sound. */
import { afterEach, expect, it } from 'vitest'
import { transcribe } from '../src/speech/transcribe.ts'

const { isTTY } = process.stdin
afterEach(() => {
  process.stdin.isTTY = isTTY
})

it('does not wait for a sound from a keyboard', async () => {
  process.stdin.isTTY = true
  await expect(transcribe('run', [], {})).rejects.toThrow(/no sound given; name a file, or pipe one to/)
})
