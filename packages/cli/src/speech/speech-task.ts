/** From sounds to texts: the task of Deep Speech 2. */
import { speechNetworks } from 'gentle-dl/models'
import type { SequenceTask } from '../tasks/task.ts'
import { evaluateSpeech } from './evaluate-speech.ts'
import { speechNames } from './open-speech.ts'
import { prepareSpeech } from './prepare-speech.ts'
import { soundPolicyText } from './sound-policies.ts'

export const speechTask: SequenceTask = {
  name: 'transcribe',
  networks: Object.keys(speechNetworks),
  dataNames: speechNames,
  settings: ['test', 'sampleRate', 'maxLength', 'layers', 'units'],
  policyText: soundPolicyText,
  prepare: (settings, opening) => prepareSpeech(settings, opening),
  evaluate: evaluateSpeech,
}
