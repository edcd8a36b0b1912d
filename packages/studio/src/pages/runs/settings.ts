/** The state of the page. */
import { AddressError, choiceField, type Field, flagField, integerField } from '../../app/fields.ts'

/** A name of a metric or a run, as files tell it. */
const nameField = (initial: string, what: string): Field<string> => ({
  initial,
  parse(text) {
    if (text.length > 200 || /\p{Cc}/u.test(text)) throw new AddressError(`'${text.slice(0, 40)}' is not ${what}`)
    return text
  },
  format: (value) => value,
})

/** Names of runs, between bars, which `gentle train` puts into no name. */
const namesField: Field<readonly string[]> = {
  initial: [],
  parse: (text) => nameField('', 'a list of runs').parse(text).split('|').filter(Boolean),
  format: (names) => names.join('|'),
}

export const fields = {
  metric: nameField('loss', 'the name of a metric'),
  parts: choiceField('both', ['both', 'validation', 'train']),
  axis: choiceField('epoch', ['epoch', 'seconds']),
  scale: choiceField('linear', ['linear', 'logarithmic']),
  /** Runs that are not drawn. */
  hidden: namesField,
  /** The run whose pictures are shown; '' for none. */
  run: nameField('', 'the name of a run'),
  settings: choiceField('differing', ['differing', 'all']),
  /** Whether the example runs are trained. */
  examples: flagField(false),
  vary: choiceField('learningRate', ['learningRate', 'batchSize', 'units']),
  seed: integerField(0, { min: 0, max: 9999 }),
}
