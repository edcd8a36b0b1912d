/** What the mistakes of a detector are. */
import type { DetectionCounts, DetectionMistakes } from 'gentle-dl/vision'
import { countedDetections, detectionKinds } from '../tasks/detection-kinds.ts'
import { percent, thousands } from '../terminal/terminal.ts'
import { html } from './html.ts'
import { dataTable, remark, type Section } from './section.ts'

const colours: Readonly<Record<keyof DetectionCounts, string>> = {
  right: '#15803d',
  localization: '#2563eb',
  duplicate: '#0891b2',
  otherClass: '#d97706',
  background: '#6b7280',
}

export function mistakesSection({ all, perClass }: DetectionMistakes): Section {
  const common = { id: 'mistakes', title: 'What its mistakes are' }
  const total = countedDetections(all)
  if (total === 0) return { ...common, body: remark('It finds nothing, so there is nothing to sort.') }
  const share = (count: number, of: number): string => (of === 0 ? '–' : percent(count / of))
  const rows = detectionKinds.map(({ kind, name, meaning }) => [
    html`<span class="swatch" style="background:${colours[kind]}"></span>${name}`,
    thousands(all[kind]),
    share(all[kind], total),
    meaning,
  ])
  const ofClasses = perClass.map(({ name, counts }) => {
    const own = countedDetections(counts)
    return [name, ...detectionKinds.map(({ kind }) => share(counts[kind], own)), thousands(own)]
  })
  return {
    ...common,
    body: html`<p>The detections of best scores, of each class as many as there are objects of it: a perfect detector has all of them right. What is wrong is sorted as Hoiem, Chodpathumwan and Dai do (2012), duplicates apart.</p>
<div class="bar" role="img" aria-label="shares of the kinds below">${detectionKinds
      .filter(({ kind }) => all[kind] > 0)
      .map(
        ({ kind, name }) =>
          html`<span style="width:${((100 * all[kind]) / total).toFixed(1)}%;background:${colours[kind]}" title="${name}"></span>`,
      )}</div>
${dataTable(['kind', 'detections', 'share', ''], rows)}
${dataTable(['class', ...detectionKinds.map(({ name }) => name), 'detections'], ofClasses)}`,
  }
}
