/** The state of the page. */
import { AddressError, choiceField, type Field, integerField } from '../../app/fields.ts'
import { dateEpochs } from './date-translator.ts'
import { speechEpochs } from './recogniser.ts'

/** A text of some letters, at most `longest` of them. */
const textField = (initial: string, allowed: RegExp, what: string): Field<string> => ({
  initial,
  parse(text) {
    if (!allowed.test(text)) throw new AddressError(`'${text.slice(0, 40)}' is not ${what}`)
    return text
  },
  format: (value) => value,
})

/** What the voice can say. */
const sayable = /^[aeimnostu]+(?: [aeimnostu]+)*$/

/** Letters of a text that is said, at most. */
export const longestText = 24

/** Words of one's own. */
const someWords = /^\p{Ll}{1,12}(?: \p{Ll}{1,12}){1,5}$/u

export const isSayable = (text: string): boolean => text.length <= longestText && sayable.test(text)

export const areWords = (text: string): boolean =>
  someWords.test(text) && new Set(text.split(' ')).size === text.split(' ').length

export const fields = {
  task: choiceField('hear', ['hear', 'translate']),
  seed: integerField(0, { min: 0, max: 9999 }),
  words: choiceField('made', ['made', 'own']),
  /** Two to six words of one's own. */
  own: textField('yes no', someWords, 'two to six words of small letters'),
  epochs: integerField(0, { min: 0, max: speechEpochs }),
  sound: choiceField('voice', ['voice', 'given']),
  say: textField(
    'moon',
    new RegExp(`^(?=.{1,${longestText}}$)${sayable.source.slice(1)}`),
    'a text of the letters a e i m n o s t u',
  ),
  voice: integerField(1, { min: 0, max: 999 }),
  date: textField('5 march 1998', /^[a-z0-9, ]{1,24}$/, 'a date such as 5 march 1998'),
  lessons: integerField(0, { min: 0, max: dateEpochs }),
}
