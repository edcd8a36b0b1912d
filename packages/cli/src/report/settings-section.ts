/** Every setting of a training, and where its value is from. */

import type { Preparation } from '../tasks/task.ts'
import { flagOf, type Plan, planOf, type Settings, settingNames } from '../train/settings.ts'
import { type Html, html } from './html.ts'
import type { RunFacts } from './run-facts.ts'
import { dataTable, remark, type Section } from './section.ts'

/** Flags that have a shorter name, too. */
const shorter: Readonly<Partial<Record<keyof Settings, string>>> = { learningRate: '--lr' }

const valueText = (value: unknown): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value)

const mark = (kind: 'given' | 'chosen' | 'default', text: string): Html =>
  html`<span class="mark ${kind}">${text}</span>`

/** The words by which `gentle train` was called. */
export const commandOf = ({ description: { command } }: RunFacts): readonly string[] =>
  Array.isArray(command) ? command.filter((word) => typeof word === 'string') : []

/** What settings would have been, had nobody given any; undefined where the data is not at hand. */
function defaultsOf({ settings }: RunFacts, prepared: Preparation | undefined): Plan | undefined {
  if (prepared === undefined) return undefined
  const { model, data, task, threads = 1 } = settings
  const { recipe, splits, defaultAugment: augment } = prepared
  return planOf({ model, data, task }, { augment }, recipe, { examples: splits.train.length, threads })
}

/** A training's settings; each says whether it is the default, was given, or was chosen for the data. */
export function settingsSection(facts: RunFacts, prepared: Preparation | undefined): Section {
  const { settings } = facts
  const words = commandOf(facts)
  const defaults = defaultsOf(facts, prepared)
  const isGiven = (key: keyof Settings): boolean =>
    [flagOf(key), shorter[key] ?? flagOf(key)].some((flag) =>
      words.some((word) => word === flag || word.startsWith(`${flag}=`)),
    ) ||
    (key === 'model' && words[1] === settings.model)
  const indirect = ['--preset', '--config'].filter((flag) => words.includes(flag))
  const originOf = (key: keyof Settings): Html => {
    if (isGiven(key)) return mark('given', 'given')
    if (defaults === undefined) return mark('default', 'not given')
    if (valueText(settings[key]) === valueText(defaults[key])) return mark('default', 'default')
    return indirect.length > 0 ? mark('given', `by ${indirect.join(' or ')}`) : mark('chosen', 'chosen for the data')
  }
  const rows = settingNames
    .filter((key) => settings[key] !== undefined)
    .map((key) => {
      const isDefault = defaults !== undefined && valueText(settings[key]) === valueText(defaults[key])
      const usual =
        defaults === undefined || isDefault || key === 'model' || key === 'data' ? '' : valueText(defaults[key])
      return [html`<code>${flagOf(key)}</code>`, valueText(settings[key]), originOf(key), usual]
    })
  const unset = settingNames.filter((key) => settings[key] === undefined).map(flagOf)
  return {
    id: 'settings',
    title: 'Settings',
    body: html`${dataTable(['setting', 'value', 'where from', 'default, where it is another'], rows)}
${remark(
  'Not set, so without effect: ',
  unset.map((flag, i) => html`${i === 0 ? '' : ', '}<code>${flag}</code>`),
  '.',
)}
${defaults === undefined ? remark('Which of them are defaults cannot be told without the data.') : undefined}`,
  }
}
