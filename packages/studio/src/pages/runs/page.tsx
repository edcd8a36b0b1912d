/** Trainings side by side. */

import { useComputed } from '@preact/signals'
import { metricsOfRuns } from 'gentle-dl/inspect'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { foundFiles, givenFiles } from '../../parts/files-in-entries.ts'
import { Icon } from '../../parts/icon.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { LineChart } from '../../parts/line-chart.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Select } from '../../parts/select.tsx'
import { useDroppedFiles } from '../../parts/use-dropped-files.ts'
import { ChosenRun } from './chosen-run.tsx'
import { mostFiles } from './collect.ts'
import { linesOf, mostShown, shownOf } from './compare.ts'
import { exerciseAnswer } from './exercise.ts'
import { figure } from './figure.ts'
import { program } from './program.ts'
import './runs.css'
import { RunsTable } from './runs-table.tsx'
import { fields } from './settings.ts'
import { SettingsTable } from './settings-table.tsx'
import { Examples, Folders } from './sources.tsx'
import { useRuns } from './use-runs.ts'

export default function RunsPage() {
  const state = usePageState(fields)
  const { metric, parts, axis, scale, hidden, run: chosen, examples, vary, seed } = state
  const worker = useWorker('runs')
  const runs = useRuns(worker, examples.value ? { vary: vary.value, seed: seed.value } : undefined)
  const over = useDroppedFiles(async (files, entries) => runs.open(await givenFiles(files, entries, mostFiles + 1)))
  const shown = useComputed(() => shownOf(runs.all.value, hidden.value))
  const lines = useComputed(() => linesOf(shown.value, { metric: metric.value, parts: parts.value, axis: axis.value }))
  const code = useComputed(() => program({ vary: vary.value, seed: seed.value }))
  const answer = useComputed(() => exerciseAnswer(shown.value, chosen.value))
  const all = runs.all.value
  const names = [...new Set([...metricsOfRuns(all), metric.value])]
  const detailed = all.find(({ name }) => name === chosen.value)
  const drawable = all.filter(({ name }) => !hidden.value.includes(name)).length
  const points = lines.value.flatMap((line) => line.points)
  const notPositive = scale.value === 'logarithmic' && points.some(([, value]) => value <= 0)
  return (
    <Lesson
      chapter="05-mini-batch-sgd"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            One training tells little: its curve is low or high compared with another one. Change one setting at a time,
            keep what was set beside what came of it, and compare on validation data, which neither network learned
            from.
          </p>
          <p>
            Where training falls and validation rises, a network overfits. Where both stay high, it learns too slowly,
            or cannot. Where they jump, the rate is too high. The test set is looked at once, at the end: who chooses by
            it measures their luck.
          </p>
        </>
      }
      controls={
        <>
          <Folders watching={runs.watching.value} onFiles={(files) => void runs.open(foundFiles(files))} />
          <Examples on={examples} vary={vary} seed={seed} training={runs.training} onStop={runs.stopTraining} />
          <h2>Chart</h2>
          <Select label="Metric" value={metric} options={Object.fromEntries(names.map((name) => [name, name]))} />
          <Choice label="Of" value={parts} options={{ both: 'Both', validation: 'Validation', train: 'Training' }} />
          <Choice label="Over" value={axis} options={{ epoch: 'Epochs', seconds: 'Seconds' }} />
          <Choice label="Scale" value={scale} options={{ linear: 'Linear', logarithmic: 'Logarithmic' }} />
        </>
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            Train the three examples. Which run has the lowest validation loss, and what made the others worse? Press
            its name.
          </p>
        </Exercise>
      }
    >
      {runs.problems.value.map((problem) => (
        <Notice key={problem} kind="error">
          {problem}
        </Notice>
      ))}
      {runs.problems.value.length > 0 && (
        <p>
          <button type="button" onClick={runs.forgetProblems}>
            Close {runs.problems.value.length === 1 ? 'the message' : 'the messages'}
          </button>
        </p>
      )}
      {all.length === 0 ? (
        <div class={`no-runs ${over.value ? 'over' : ''}`}>
          <h2>No runs yet</h2>
          <p>
            Drop folders here that <code>gentle train</code> wrote, such as <code>runs/classify/lenet5-mnist</code>, or
            the folder <code>runs</code> with all of them. They stay on your machine.
          </p>
          <p>
            Or watch one while it trains: <code>gentle studio --runs runs</code> prints an address that shows the runs
            of that folder here.
          </p>
          <p>Or train three small examples in this page:</p>
          <p>
            <button
              type="button"
              class="primary"
              onClick={() => {
                examples.value = true
              }}
            >
              <Icon name="play" /> Train three examples
            </button>
          </p>
        </div>
      ) : (
        <div class={`compared ${over.value ? 'over' : ''}`}>
          {lines.value.length === 0 ? (
            <Notice kind="note">
              {shown.value.length === 0
                ? 'No run is drawn: tick one in the table.'
                : `None of the drawn runs has told of ${metric.value} yet.`}
            </Notice>
          ) : (
            <LineChart
              label={`${metric.value} of ${shown.value.length} ${shown.value.length === 1 ? 'run' : 'runs'}`}
              lines={lines.value}
              xLabel={axis.value === 'epoch' ? 'epoch' : 'seconds of training'}
              yLabel={metric.value}
              yFormat={figure}
              logarithmic={scale.value === 'logarithmic' && !notPositive}
              height={300}
            />
          )}
          {parts.value === 'both' && lines.value.length > 0 && (
            <p class="hint strokes">Solid: validation. Dashed: training.</p>
          )}
          {notPositive && (
            <p class="hint">Some values are 0 or less, which have no place on a logarithmic scale: it is linear.</p>
          )}
          {drawable > mostShown && (
            <p class="hint">
              {mostShown} of {drawable} runs are drawn; untick some to see others.
            </p>
          )}
          <RunsTable
            runs={all}
            shown={shown.value}
            metric={metric.value}
            hidden={hidden}
            chosen={chosen}
            closable={runs.openedNames.value}
            onClose={runs.close}
          />
          {detailed !== undefined && <ChosenRun run={detailed} picture={runs.picture} />}
          {shown.value.length > 0 && <SettingsTable runs={shown.value} which={state.settings} />}
        </div>
      )}
    </Lesson>
  )
}
