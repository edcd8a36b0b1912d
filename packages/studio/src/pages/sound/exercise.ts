import type { Answer } from '../../parts/exercise.tsx'
import type { Translated } from './date-translator.ts'
import type { Heard } from './recogniser.ts'

/** Whether a word with a doubled letter was heard, and the blank between was found. */
export function hearAnswer(heard: Heard | undefined): Answer {
  if (heard === undefined) return { right: false, remark: 'The network has learned nothing yet: press Train.' }
  const { said, symbols, probabilities, steps } = heard
  if (said === undefined || !/(.)\1/.test(said.text))
    return { right: false, remark: 'Let the voice say a word with a doubled letter, such as moon.' }
  if (heard.text !== said.text)
    return { right: false, remark: `It hears ‘${heard.text}’ yet. Train on, or let it be said in another voice.` }
  const at = /(.)\1/.exec(said.text)!.index
  const between = Array.from({ length: steps }, (_, t) => t).filter((t) => t > said.path[at] && t < said.path[at + 1])
  const blank = between.reduce(
    (best, t) => (probabilities[t * symbols.length] > probabilities[best * symbols.length] ? t : best),
    between[0],
  )
  const share = blank === undefined ? 0 : probabilities[blank * symbols.length]
  return {
    right: true,
    remark: `Between the two ${said.text[at]} the blank has ${Math.round(100 * share)} % at ${((blank + 0.5) * heard.stepSeconds).toFixed(2)} s; without it, they would be one.`,
  }
}

/** Whether a date that begins with its month was translated. */
export function dateAnswer(translated: Translated | undefined, text: string): Answer {
  if (translated === undefined) return { right: false, remark: 'The network has learned nothing yet: press Train.' }
  const date = /^([a-z]+) (\d+), (\d{4})$/.exec(text.trim())
  if (date === null) return { right: false, remark: 'Write a date that begins with its month, such as july 14, 1789.' }
  const day = translated.pieces.length - 3
  const row = translated.attention[day]
  const looked = translated.source.slice(0, row.length)
  const most = looked.reduce((best, _, i) => (row[i] > row[best] ? i : best), 0)
  const rightYear = translated.text.startsWith(date[3])
  const rightDay = translated.text.endsWith(`-${date[2].padStart(2, '0')}`)
  if (!rightYear || !rightDay)
    return { right: false, remark: `It writes ${translated.text}. Train on, or try a year from 1900 to 2049.` }
  return {
    right: true,
    remark: `For the first digit of the day it looks most at ‘${looked[most].trim() || 'the blank'}’, letter ${most + 1} of the source: behind the month, though it is written last.`,
  }
}
