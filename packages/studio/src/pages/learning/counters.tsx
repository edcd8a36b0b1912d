/** Steps, batches and epochs. */
import type { Batch } from './race.ts'
import type { Run } from './session.ts'
import { racerTitles, type Settings, stepsPerEpoch } from './settings.ts'

/** At which epoch and batch a step is, both from 1; a step that has not been made is before the first. */
export function placeInEpochs(step: number, perEpoch: number): { readonly epoch: number; readonly batch: number } {
  if (step === 0) return { epoch: 1, batch: 0 }
  const epoch = Math.ceil(step / perEpoch)
  return { epoch, batch: step - (epoch - 1) * perEpoch }
}

export function Counters({
  run,
  batches,
  settings,
  step,
}: {
  readonly run: Run
  readonly batches: readonly Batch[]
  readonly settings: Settings
  readonly step: number
}) {
  const perEpoch = stepsPerEpoch(settings)
  const { epoch, batch } = placeInEpochs(step, perEpoch)
  const taken = batches[step - 1]
  const seen = batches.slice(0, step).reduce((sum, { length }) => sum + length, 0)
  const rate = run.rates[step - 1]
  return (
    <dl class="counters">
      <div>
        <dt>step</dt>
        <dd>
          {step} <small>of {settings.steps}</small>
        </dd>
      </div>
      <div>
        <dt>batch</dt>
        <dd>
          {batch} <small>of {perEpoch}</small>
        </dd>
      </div>
      <div>
        <dt>epoch</dt>
        <dd>{epoch}</dd>
      </div>
      <div>
        <dt>examples in the batch</dt>
        <dd>
          {taken === undefined ? '–' : taken.length} <small>of {settings.examples}</small>
        </dd>
      </div>
      <div>
        <dt>examples seen</dt>
        <dd>{seen.toLocaleString('en')}</dd>
      </div>
      <div>
        <dt>rate of {racerTitles[run.name]}</dt>
        <dd>{rate === undefined ? '–' : rate < 0.0001 ? rate.toExponential(1) : Number(rate.toPrecision(3))}</dd>
      </div>
    </dl>
  )
}
