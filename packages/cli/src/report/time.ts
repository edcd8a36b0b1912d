/** Where the time of a training went. */
import { thousands } from '../terminal/terminal.ts'
import { durationText } from './headline.ts'
import { chart, type Html, html } from './html.ts'
import type { RunFacts } from './run-facts.ts'
import { beside, dataTable, remark, type Section } from './section.ts'
import type { StepTimes } from './step-times.ts'

/** @param times of a step; a text says why there are none */
export async function timeSection({ history }: RunFacts, times: StepTimes | string): Promise<Section> {
  const seconds = history.map((epoch) => epoch.seconds)
  const total = seconds.reduce((sum, each) => sum + each, 0)
  const longest = Math.max(...seconds)
  const { linePanel, stacked, heading } = await import('gentle-dl-plot')
  const each = stacked([
    heading('Seconds of each epoch', 'Reading and steps; validation is not counted.'),
    linePanel(
      { x: { label: 'epoch', whole: true }, y: { from: 0, to: longest > 0 ? 1.1 * longest : 1 }, height: 140 },
      [{ colour: '#2563eb', points: seconds.map((value, i) => ({ x: i + 1, values: [value] })) }],
    ),
  ])
  return {
    id: 'time',
    title: 'Time',
    body: beside(
      chart(each),
      html`<div><p>${history.length} ${history.length === 1 ? 'epoch' : 'epochs'} in ${durationText(total)}, ${durationText(total / Math.max(1, history.length))} each on average.</p>
${typeof times === 'string' ? remark(times) : stepText(times)}</div>`,
    ),
  }
}

const colours = { forward: '#2563eb', backward: '#d97706', update: '#15803d' } as const

/** The computation of a step as a bar, and its parts as a table. */
function stepText({ examples, data, ...parts }: StepTimes): Html {
  const whole = parts.forward + parts.backward + parts.update
  const names = ['forward', 'backward', 'update'] as const
  const swatch = (name: keyof typeof colours): Html =>
    html`<span class="swatch" style="background:${colours[name]}"></span>`
  const bar = names.map(
    (name) =>
      html`<span style="width:${((100 * parts[name]) / whole).toFixed(1)}%;background:${colours[name]}" title="${name}"></span>`,
  )
  const told = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 2 : 1)
  const share = (milliseconds: number): string => `${((100 * milliseconds) / whole).toFixed(1)} %`
  const rows = names.map((name) => [html`${swatch(name)}${name}`, told(parts[name]), share(parts[name])])
  return html`<h3>Where a step's time goes</h3>
<div class="bar" role="img" aria-label="${names.map((name) => `${name} ${share(parts[name])}`).join(', ')}">${bar}</div>
${dataTable(['part', 'milliseconds', 'share'], [...rows, ['data', told(data), '–']])}
<p class="remark">Measured when this report was made, on one batch of ${thousands(examples)} with the run's threads, the fastest of three each: forward as in validation, backward as what gradients take longer than that, and the update alone. Data is reading and augmenting the next batch, which happens while a step computes${data > whole ? '; here it takes longer than the step, so steps wait for it' : ''}. <code>gentle train --profile</code> tells the time of each kernel.</p>`
}
