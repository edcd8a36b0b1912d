/** The trainings side by side: training and validation loss, and what comes of it. */
import { LineChart } from '../../parts/line-chart.tsx'
import {
  type Moment,
  type Moments,
  maxRounds,
  type RemedyName,
  remedyNames,
  remedyTitles,
  runSettings,
  type Settings,
  stepsPerRound,
} from './settings.ts'

const colours: Readonly<Record<RemedyName, number>> = { none: 4, dropout: 3, decay: 1, data: 0, augmentation: 2 }

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** What a remedy is now, in a few words. */
function strengthOf(name: RemedyName, settings: Settings): string {
  const { examples, dropout, decay, strength } = runSettings(name, settings)
  const digits = `${examples.toLocaleString('en')} digits`
  const more: Readonly<Record<RemedyName, string>> = {
    none: '',
    dropout: `, rate ${dropout}`,
    decay: `, λ = ${decay}`,
    data: '',
    augmentation: `, strength ${strength}`,
  }
  return digits + more[name]
}

export interface RemediesProps {
  readonly moments: Moments
  readonly settings: Settings
  /** Those that are switched on. */
  readonly names: readonly RemedyName[]
  /** The round up to which is shown. */
  readonly rounds: number
}

export function Remedies({ moments, settings, names, rounds }: RemediesProps) {
  const shown = remedyNames.flatMap((name) =>
    names.includes(name) ? [{ name, course: moments[name].slice(0, rounds + 1) }] : [],
  )
  const highest = Math.max(2.5, ...shown.flatMap(({ course }) => course.map(({ validation }) => validation)))
  const xDomain = [0, maxRounds * stepsPerRound] as const
  const points = (course: readonly Moment[], of: keyof Moment) =>
    course.map((moment, i) => [i * stepsPerRound, moment[of]] as const)
  return (
    <>
      <div class="remedy-charts">
        {shown.map(({ name, course }) => (
          <section key={name}>
            <h2>{remedyTitles[name]}</h2>
            <p class="hint">{strengthOf(name, settings)}</p>
            <LineChart
              label={`${remedyTitles[name]}: training and validation loss`}
              xLabel="step"
              yLabel="loss"
              height={165}
              xDomain={xDomain}
              yDomain={[0, highest]}
              yFormat={(value) => value.toPrecision(2)}
              lines={[
                { name: 'training', colour: 6, dashed: true, points: points(course, 'train') },
                { name: 'validation', colour: colours[name], points: points(course, 'validation') },
              ]}
            />
          </section>
        ))}
        <section>
          <h2>Validation accuracy</h2>
          <p class="hint">of all of them, in percent</p>
          <LineChart
            label="Validation accuracy of each training"
            xLabel="step"
            yLabel="% right"
            height={165}
            xDomain={xDomain}
            yDomain={[0, 1]}
            yFormat={(value) => String(Math.round(100 * value))}
            lines={shown.map(({ name, course }) => ({
              name: remedyTitles[name],
              colour: colours[name],
              points: points(course, 'accuracy'),
            }))}
          />
        </section>
      </div>
      <Outcome shown={shown} />
    </>
  )
}

function Outcome({
  shown,
}: {
  readonly shown: readonly { readonly name: RemedyName; readonly course: readonly Moment[] }[]
}) {
  const best = Math.max(...shown.map(({ course }) => course.at(-1)?.accuracy ?? 0))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scrolls remedy-outcome" aria-label="In numbers" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">after step</th>
            <th scope="col">training loss</th>
            <th scope="col">validation loss</th>
            <th scope="col">gap</th>
            <th scope="col">validation digits right</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ name, course }) => {
            const last = course.at(-1)
            return (
              <tr key={name} class={`colour-${colours[name]}`}>
                <th scope="row">
                  {remedyTitles[name]}
                  {last !== undefined && `, ${(course.length - 1) * stepsPerRound}`}
                </th>
                {last === undefined ? (
                  <td colSpan={4}>not trained yet</td>
                ) : (
                  <>
                    <td>{last.train.toPrecision(2)}</td>
                    <td>{last.validation.toPrecision(3)}</td>
                    <td>{(last.validation - last.train).toPrecision(3)}</td>
                    <td class={last.accuracy === best ? 'best' : ''}>{percent(last.accuracy)}</td>
                  </>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
