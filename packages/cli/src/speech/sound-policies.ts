/** How sounds are changed at random in training, as it is named on the command line. */
import { existsSync, readFileSync } from 'node:fs'
import type { SoundPolicy } from 'gentle-dl/speech'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

const policies: Readonly<Record<string, SoundPolicy>> = {
  none: {},
  sounds: {
    speed: [0.9, 1.1],
    gain: [-6, 6],
    noise: { ratio: [10, 40], probability: 0.5 },
    mask: { frequencyMasks: 2, frequencyWidth: 6, timeMasks: 2, timeWidth: 12, timeShare: 0.1 },
  },
}

export const soundPolicyNames = Object.keys(policies)

/** A policy's name, or JSON: of the text itself, or of the file that it names. Runs keep what this gives. @throws UsageError for what is none. */
export function soundPolicyText(given: string): string {
  if (Object.hasOwn(policies, given)) return given
  const isJson = given.trimStart().startsWith('{')
  if (!isJson && !existsSync(given)) throw unknownChoice('--augment', given, [...soundPolicyNames, 'FILE.json'])
  try {
    return JSON.stringify(JSON.parse(isJson ? given : readFileSync(given, 'utf8')))
  } catch (error) {
    throw new UsageError(`--augment ${given} is not valid JSON: ${(error as Error).message.split('\n')[0]}`)
  }
}

/** The policy that such a text stands for; whether it is one, `augmentedSpeech` checks. */
export const soundPolicyOf = (text: string): SoundPolicy =>
  Object.hasOwn(policies, text) ? policies[text] : JSON.parse(text)
