/** Who races, and at which rate. */
import type { Signal } from '@preact/signals'
import { Slider } from '../../parts/slider.tsx'
import { type RacerName, racerNames, racerTitles } from './settings.ts'

export const racerColours: Readonly<Record<RacerName, number>> = { sgd: 0, momentum: 1, rmsprop: 2, adam: 3 }

/** On their marks, so that colours are not all that tells them apart. */
export const letters: Readonly<Record<RacerName, string>> = { sgd: 'S', momentum: 'M', rmsprop: 'R', adam: 'A' }

export const [lowestRate, highestRate] = [0.001, 2]

export interface RacersProps {
  readonly rates: Readonly<Record<RacerName, Signal<number>>>
  readonly racing: Readonly<Record<RacerName, Signal<boolean>>>
}

export function Racers({ rates, racing }: RacersProps) {
  return (
    <div class="racers">
      {racerNames.map((name) => (
        <div key={name} class={`racer colour-${racerColours[name]}`}>
          <label>
            <input
              type="checkbox"
              checked={racing[name].value}
              onChange={({ currentTarget }) => {
                racing[name].value = currentTarget.checked
              }}
            />
            <span class="unseen">{racerTitles[name]} races</span>
            <i aria-hidden="true">{letters[name]}</i>
          </label>
          <Slider
            label={racerTitles[name]}
            value={rates[name]}
            min={lowestRate}
            max={highestRate}
            logarithmic
            disabled={!racing[name].value}
          />
        </div>
      ))}
    </div>
  )
}
