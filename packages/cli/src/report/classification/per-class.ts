/** How well each class is found. */
import { classificationReport } from 'gentle-dl'
import { percent, thousands } from '../../terminal/terminal.ts'
import { html } from '../html.ts'
import { countsOf, type Predictions } from '../predictions.ts'
import { dataTable, folded, type Section } from '../section.ts'

/** Of more classes the table is folded. */
const maxOpen = 30

const share = (value: number): string => (Number.isNaN(value) ? '–' : percent(value))

export function perClassSection(predictions: Predictions): Section {
  const { classes, part } = predictions
  const { perClass, macro, weighted, kappa, matthews } = classificationReport(countsOf(predictions))
  const rows = perClass.map(({ precision, recall, f1, support }, i) => [
    classes[i],
    share(precision),
    share(recall),
    share(f1),
    thousands(support),
  ])
  const total = thousands(predictions.labels.length)
  const averages = [
    ['mean of the classes (macro)', share(macro.precision), share(macro.recall), share(macro.f1), total],
    ['by their examples (weighted)', share(weighted.precision), share(weighted.recall), share(weighted.f1), total],
  ]
  const table = dataTable(['class', 'precision', 'recall', 'F1', 'examples'], [...rows, ...averages])
  return {
    id: 'per-class',
    title: 'Class by class',
    body: html`<p>Of the ${part} examples. Precision: how many of those taken for the class are of it. Recall: how many of the class are found. F1: their harmonic mean.</p>
${classes.length > maxOpen ? folded(`${thousands(classes.length)} classes`, table) : table}
<p class="remark">Cohen's kappa ${kappa.toFixed(4)}, Matthews' correlation ${matthews.toFixed(4)}: 1 is all right, 0 no better than chance.</p>`,
  }
}
