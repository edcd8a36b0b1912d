/** The report of a run: report.html in its folder. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import {
  type AnyModel,
  type Backend,
  DataError,
  GentleError,
  loadInputsModel,
  loadModel,
  type RunFolder,
  stepsOf,
} from 'gentle-dl'
import type { Preparation } from '../tasks/task.ts'
import { commandLine } from '../terminal/invocation.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import type { Plan } from '../train/settings.ts'
import { curvesSection } from './curves.ts'
import { environmentSection, repeatSection } from './environment.ts'
import { headline } from './headline.ts'
import { html } from './html.ts'
import { pageText } from './page.ts'
import { type RunFacts, runFacts } from './run-facts.ts'
import { scoreOf } from './score.ts'
import { remark, type Section } from './section.ts'
import { settingsSection } from './settings-section.ts'
import { type StepTimes, stepTimes } from './step-times.ts'
import { timeSection } from './time.ts'

export const reportFile = 'report.html'

/** Seconds of a step up to which its parts are measured: they take several. */
const maxStep = 0.5

/** What a report is made with, or why there is nothing to make it with but the run's own files. */
export type Means = { readonly prepared: Preparation; readonly backend: Backend } | { readonly missing: string }

/** The page of a run, made of its folder, its data and its model. */
export async function reportText(run: RunFolder, means: Means): Promise<string> {
  const facts = runFacts(run)
  const { name, settings, task, history, summary } = facts
  const prepared = 'prepared' in means ? means.prepared : undefined
  const score = scoreOf(facts, prepared)
  const seen = 'prepared' in means && history.length > 0 ? await seenOf(run, facts, means) : unseen(means)
  const sections = [
    await curvesSection(facts, score),
    ...seen.sections,
    ...(history.length > 0 ? [await timeSection(facts, seen.times)] : []),
    settingsSection(facts, prepared),
    environmentSection(facts),
    repeatSection(facts),
  ]
  return pageText({
    title: `${settings.model} on ${settings.data}`,
    subtitle: html`${taskTexts[task]}: the run ${name}`,
    live: summary === undefined ? liveText(facts) : undefined,
    headline: headline(facts, score),
    sections,
    made: new Date(),
  })
}

const taskTexts: Readonly<Record<RunFacts['task'], string>> = {
  classify: 'Classification',
  localize: 'Localization',
  detect: 'Detection',
  segment: 'Segmentation',
  regress: 'Regression',
  transcribe: 'Speech to text',
  translate: 'Translation',
}

/** What is said above a report of a training that has not come to its end. */
function liveText({ history, settings }: RunFacts) {
  const epochs = `${history.length} of ${settings.epochs ?? '?'} epochs`
  return history.length === 0
    ? html`<b>This training has not ended its first epoch.</b> There are no figures yet.`
    : html`<b>This training has not come to its end: ${epochs}.</b> The figures are those of the epochs so far, what the model says is by its last weights, and the test examples have not been looked at.`
}

/** What a report tells where neither data nor model can be looked at. */
const unseen = (means: Means): { sections: readonly Section[]; times: string } => {
  const missing = 'missing' in means ? means.missing : 'there are no weights yet'
  return {
    sections: [
      {
        id: 'examples',
        title: 'Examples',
        body: remark(`What the model makes of the data is left out: ${missing}.`),
      },
    ],
    times: 'The parts of a step were not measured.',
  }
}

/** What the model makes of the data, and where the time of a step goes. */
async function seenOf(run: RunFolder, facts: RunFacts, { prepared, backend }: Exclude<Means, { missing: string }>) {
  const model = await modelOf(run, facts, prepared, backend)
  const sections = (await prepared.sections?.({ run, facts, model })) ?? []
  return { sections, times: await timesOf(facts, prepared, model) }
}

async function modelOf(
  run: RunFolder,
  { summary }: RunFacts,
  { network }: Preparation,
  backend: Backend,
): Promise<AnyModel> {
  const file = run.file(`weights/${summary === undefined ? 'last' : 'best'}.safetensors`)
  if (!existsSync(file)) throw new DataError(`${file} is missing; gentle train --resume ${run.path} makes it again`)
  const options = { name: file, backend }
  const bytes = await readFile(file)
  return 'applyInputs' in network ? loadInputsModel(bytes, options) : loadModel(bytes, options)
}

/** The parts of a step, or why they were not measured. */
async function timesOf(
  { summary, history, settings }: RunFacts,
  prepared: Preparation,
  model: AnyModel,
): Promise<StepTimes | string> {
  if (summary === undefined)
    return 'The parts of a step are measured once the training has ended: now they would slow it.'
  const plan = settings as Plan
  const { train } = prepared.splits
  const step = history.at(-1)!.seconds / stepsOf(train.length, plan.batchSize)
  const hint = 'gentle train --profile tells where the time of a step goes'
  if (step > maxStep) return `A step takes ${step.toFixed(1)} s, too long to measure its parts for a report; ${hint}.`
  const learned = plan.augment === undefined ? train : await prepared.augmented(plan.augment, plan.seed)
  return (
    (await stepTimes(model, learned, prepared, plan)) ?? `The parts of a step are not measured for sequences; ${hint}.`
  )
}

/** Makes the report of a training that has just ended. Where it cannot, the training is not worth less: why is told, and how to make it later. */
export async function reportAtEnd(
  run: RunFolder,
  prepared: Preparation,
  backend: Backend,
  { quiet, json }: { readonly quiet?: boolean; readonly json?: boolean },
): Promise<void> {
  try {
    run.write(reportFile, await reportText(run, { prepared, backend }))
  } catch (error) {
    if (!(error instanceof GentleError || error instanceof UsageError)) throw error
    note(`${reportFile} was not made: ${error.message}; ${commandLine('report', run.path)} tries again`)
    return
  }
  if (!quiet && !json) note(`report: ${run.file(reportFile)}; open it in a browser`)
}
