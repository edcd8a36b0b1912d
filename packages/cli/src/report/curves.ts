/** How the training went, epoch by epoch. */

import { lossText, scoreFormat } from '../terminal/terminal.ts'
import { chart, html } from './html.ts'
import { bestOf, type RunFacts, type Score } from './run-facts.ts'
import { dataTable, folded, remark, type Section } from './section.ts'

export async function curvesSection(facts: RunFacts, score: Score): Promise<Section> {
  const { history } = facts
  const common = { id: 'curves', title: 'Learning curves' }
  if (history.length === 0) return { ...common, body: remark('No epoch has ended yet.') }
  const { plotHistory } = await import('gentle-dl-plot')
  const curves = plotHistory(history, {
    metric: score.monitor,
    metricLabel: score.name,
    percent: score.isShare,
    learningRate: true,
  })
  const best = bestOf(facts)
  const told = scoreFormat(score.isShare)
  const scoreOf = (value: number | undefined): string => (value === undefined ? '–' : told(value))
  const rows = history.map(({ epoch, train, validation, learningRate, best: isBest }) => [
    epoch,
    lossText(train.loss),
    scoreOf(train[score.monitor]),
    validation === undefined ? '–' : lossText(validation.loss),
    scoreOf(validation?.[score.monitor]),
    String(Number(learningRate.toPrecision(4))),
    isBest ? 'best so far' : '',
  ])
  const names = [
    'epoch',
    'training loss',
    score.name,
    'validation loss',
    `validation ${score.name}`,
    'learning rate',
    '',
  ]
  return {
    ...common,
    body: html`<div class="beside">${chart(curves)}<div>
<p>Training is measured while the weights change, so an epoch's figures are means over it; validation with the weights at its end.${best === undefined ? undefined : ` Epoch ${best.epoch} has the best validation.`}</p>
${gapText(facts)}
${folded('All epochs in figures', dataTable(names, rows))}</div></div>`,
  }
}

/** What the distance between the two losses tells. */
function gapText({ history }: RunFacts) {
  const withBoth = history.filter(({ validation }) => validation !== undefined)
  if (withBoth.length < 3) return undefined
  const losses = withBoth.map(({ validation }) => validation!.loss)
  const lowest = losses.indexOf(Math.min(...losses))
  const last = losses.length - 1
  if (lowest < last && losses[last] > 1.05 * losses[lowest])
    return html`<p>The validation loss was lowest in epoch ${withBoth[lowest].epoch} and has risen since, while the training loss ${withBoth[last].train.loss < withBoth[lowest].train.loss ? 'fell' : 'did not fall'}: overfitting. More data, augmentation, weight decay or fewer epochs (<code>--patience</code>) help against it.</p>`
  if (lowest === last)
    return html`<p>The validation loss was still falling in the last epoch: more epochs may bring it further.</p>`
  return undefined
}
