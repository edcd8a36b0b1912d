/** What a report tells of a classifier. */
import { confusion, type Model, type ModelColumns } from 'gentle-dl'
import { type Dataset, type Splits, subset } from 'gentle-dl/data'
import { arePictures } from '../../data/pictures.ts'
import { decisionBoundaryPicture } from '../../pictures/decision-boundary-picture.ts'
import { thousands } from '../../terminal/terminal.ts'
import { chart, html } from '../html.ts'
import { loadPredictions, type Predictions, predictionsOf } from '../predictions.ts'
import type { Reported } from '../reported.ts'
import type { Section } from '../section.ts'
import { augmentationSection } from './augmentation.ts'
import { calibrationSection } from './calibration.ts'
import { confusionSection } from './confused-pairs.ts'
import { filtersSection } from './filters.ts'
import { perClassSection } from './per-class.ts'
import { thresholdCurvesSection } from './threshold-curves.ts'
import { topLossesSection } from './top-losses.ts'

/** What there is to look at. */
export interface ClassificationData {
  /** As the network takes them. */
  readonly splits: Splits
  /** The same pictures in [0, 1]. */
  readonly shown: Splits
  /** The training pictures in [0, 1], changed as a policy says. */
  changed(policy: string, seed: number): Dataset
  /** Of a table. */
  readonly columns?: ModelColumns
}

/** Validation examples that are looked at of a training that has not ended. */
const maxLive = 1000

/** Those that the end of the training kept; before, those of the last weights on some validation examples. */
async function predictionsFor({ run, facts, model }: Reported, { validation }: Splits): Promise<Predictions> {
  const kept = facts.summary === undefined ? undefined : loadPredictions(run)
  if (kept !== undefined) return kept
  const count = Math.min(maxLive, validation.length)
  const examples = Array.from({ length: count }, (_, i) => Math.floor((i * validation.length) / count))
  const matrix = await confusion(model as Model, subset(validation, examples))
  return predictionsOf(matrix, (model as Model).classes ?? validation.classes ?? [], 'validation', examples)
}

export async function classificationSections(
  reported: Reported,
  { splits, shown, changed, columns }: ClassificationData,
): Promise<readonly Section[]> {
  const { settings, history, summary } = reported.facts
  const model = reported.model as Model
  const predictions = await predictionsFor(reported, splits)
  const part = shown[predictions.part]
  const pictures = arePictures(part)
  const { augment = 'none', seed = 0 } = settings
  const filters = pictures ? await filtersSection(model) : undefined
  const hasBoundary = model.inputShape.join() === '2' && model.outputShape.join() === String(predictions.classes.length)
  const confused = await confusionSection(predictions, pictures ? part : undefined)
  const remark =
    summary === undefined
      ? html`<p class="remark">Of ${thousands(predictions.labels.length)} validation examples, with the last weights.</p>`
      : undefined
  return [
    { ...confused, body: html`${remark}${confused.body}` },
    await topLossesSection(predictions, part, pictures),
    ...(pictures
      ? [
          await augmentationSection(
            shown.train,
            augment === 'none' ? undefined : changed(augment, seed),
            history.length,
          ),
        ]
      : []),
    ...(filters === undefined ? [] : [filters]),
    ...(hasBoundary
      ? [
          {
            id: 'boundary',
            title: 'What it decides where',
            body: chart(await decisionBoundaryPicture(model, part, predictions.classes, columns?.inputs)),
          },
        ]
      : []),
    await thresholdCurvesSection(predictions),
    await calibrationSection(predictions),
    perClassSection(predictions),
  ]
}
