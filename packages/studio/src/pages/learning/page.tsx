/** Optimizers race over the loss of two weights, and what they learn is held against the whole distribution. */

import { batch, computed, effect, useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { choiceField, flagField, integerField, numberField, rowsField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import type { Pixels } from '../../engine/pixels.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Player } from '../../parts/player.tsx'
import { Select } from '../../parts/select.tsx'
import { Slider } from '../../parts/slider.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { Counters } from './counters.tsx'
import { Curves } from './curves.tsx'
import { ExamplesPlane } from './examples-plane.tsx'
import { exerciseAnswer } from './exercise.ts'
import './learning.css'
import { problemNames, problems } from './problems.ts'
import { program } from './program.ts'
import { highestRate, lowestRate, Racers } from './racers.tsx'
import type { Race, SurfaceRequest } from './session.ts'
import {
  type Racer,
  racerNames,
  racerTitles,
  type Settings,
  scheduleNames,
  surfaceNames,
  usualRates,
} from './settings.ts'
import { SurfacePlane } from './surface-plane.tsx'

const exampleCounts = { '10': '10', '30': '30', '100': '100', '300': '300', '1000': '1,000' } as const
const batchSizes = { '1': '1', '4': '4', '16': '16', '64': '64', all: 'all' } as const
const stepCounts = { '50': '50', '100': '100', '200': '200', '500': '500', '1000': '1,000' } as const

const keysOf = <Name extends string>(options: Readonly<Record<Name, string>>): Name[] => Object.keys(options) as Name[]

const rateField = (initial: number) => numberField(initial, { min: lowestRate, max: highestRate })

const fields = {
  problem: choiceField('line', problemNames),
  examples: choiceField('30', keysOf(exampleCounts)),
  batch: choiceField('4', keysOf(batchSizes)),
  steps: choiceField('200', keysOf(stepCounts)),
  schedule: choiceField('constant', scheduleNames),
  warmup: flagField(false),
  seed: integerField(1, { min: 0, max: 99 }),
  /** None: that of the problem. */
  start: rowsField([], { columns: 2, min: -10, max: 10, maxRows: 1 }),
  sgd: rateField(usualRates.sgd),
  momentum: rateField(usualRates.momentum),
  rmsprop: rateField(usualRates.rmsprop),
  adam: rateField(usualRates.adam),
  'with-sgd': flagField(true),
  'with-momentum': flagField(true),
  'with-rmsprop': flagField(true),
  'with-adam': flagField(true),
  step: integerField(0, { min: 0, max: 1000 }),
  of: choiceField('sgd', racerNames),
  surface: choiceField('train', surfaceNames),
}

export default function LearningPage() {
  const state = usePageState(fields)
  const worker = useWorker('learning')
  const race = useSignal<Race | undefined>(undefined)
  const surface = useSignal<Pixels | undefined>(undefined)
  const failure = useSignal('')
  const { settings, racers, last, shown, picture } = useMemo(() => {
    const settings = computed((): Settings => {
      const examples = Number(state.examples.value)
      const problem = state.problem.value
      const [[w1, w2] = problems[problem].start] = state.start.value
      return {
        problem,
        examples,
        batchSize: state.batch.value === 'all' ? examples : Math.min(examples, Number(state.batch.value)),
        steps: Number(state.steps.value),
        schedule: state.schedule.value,
        warmup: state.warmup.value,
        seed: state.seed.value,
        start: [w1, w2],
      }
    })
    const racers = computed((): Racer[] =>
      racerNames.flatMap((name) => (state[`with-${name}`].value ? [{ name, rate: state[name].value }] : [])),
    )
    const last = computed(() => race.value?.settings.steps ?? settings.value.steps)
    const shown = computed(() => Math.min(state.step.value, last.value))
    const picture = computed((): SurfaceRequest => {
      const { problem, examples, seed } = settings.value
      const of = state.surface.value
      // Batches are known when the race has been run.
      const ran = of === 'batch' ? race.value : undefined
      const fits = ran?.settings.problem === problem && ran.settings.examples === examples && ran.settings.seed === seed
      const taken = fits ? ran.batches[Math.max(0, shown.value - 1)] : undefined
      return taken === undefined && of === 'batch'
        ? { problem, of: 'train', examples, seed, batch: [] }
        : { problem, of, examples, seed, batch: Array.from(taken ?? []) }
    })
    return { settings, racers, last, shown, picture }
  }, [state])

  useEffect(() => {
    const fail = (error: unknown): void => {
      failure.value = messageOf(error)
    }
    const run = latest(
      (input: { settings: Settings; racers: Racer[] }) => worker.race(input.settings, input.racers),
      (next) => {
        batch(() => {
          // Who looks at the end of the race goes on to look at its end.
          const wasAtEnd = race.peek() !== undefined && state.step.peek() >= last.peek()
          race.value = next
          if (wasAtEnd) state.step.value = next.settings.steps
          failure.value = ''
        })
      },
      fail,
    )
    const look = latest(
      (request: SurfaceRequest) => worker.surface(request),
      (next) => {
        surface.value = next
      },
      fail,
    )
    const pictureKey = computed(() => JSON.stringify(picture.value))
    const stops = [
      effect(() => run({ settings: settings.value, racers: racers.value })),
      effect(() => look(JSON.parse(pictureKey.value))),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [worker, state])

  const shownRacer = useComputed((): Racer => {
    const own = racers.value.find(({ name }) => name === state.of.value) ?? racers.value[0]
    return own ?? { name: state.of.value, rate: state[state.of.value].value }
  })
  const code = useMemo(() => computed(() => program(settings.value, shownRacer.value)), [settings])
  const answer = useComputed(() => exerciseAnswer(race.value))
  const ran = race.value
  const run = ran?.runs.find(({ name }) => name === shownRacer.value.name)
  const step = shown.value
  // What is drawn belongs together: the race that was run, not the settings of the one under way.
  const problem = problems[ran?.settings.problem ?? settings.value.problem]
  const diverged = ran?.runs.filter(({ divergedAt }) => divergedAt !== undefined) ?? []
  const surfaceTitles = { train: 'training set', batch: 'batch', expected: 'distribution' } as const
  // Of all titles, those of the optimizers that race.
  const offered = Object.fromEntries(racers.value.map(({ name }) => [name, racerTitles[name]])) as typeof racerTitles
  return (
    <Lesson
      chapter="05-mini-batch-sgd"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            Two weights, so the loss is a surface that can be seen. Its gradient points uphill; a step goes the other
            way, as far as the learning rate says. A batch gives the slope of another surface, close to that of all
            examples, and at a fraction of the cost: the more examples in it, the closer.
          </p>
          <p>
            But the training loss is not what we want: it is the mean over a sample (the <em>empirical</em> loss), and
            we want that over all examples there could be (the <em>expected</em> loss). Here the distribution is known,
            and a sample of 100,000 stands for it. See <a href="./chapters/03-supervised-learning.html">chapter 3</a>{' '}
            and <a href="./chapters/04-expected-loss.html">chapter 4</a>.
          </p>
        </>
      }
      controls={
        <>
          <h2>Problem</h2>
          <div
            onChangeCapture={() => {
              state.start.value = []
            }}
          >
            <Select
              label="What is learned"
              value={state.problem}
              options={{ line: 'A line', network: 'A small network', classes: 'Two classes' }}
            />
          </div>
          <p class="hint race-formula">{problems[state.problem.value].formula}</p>
          <div class="pair">
            <Select label="Examples" value={state.examples} options={exampleCounts} />
            <Select label="Batch size" value={state.batch} options={batchSizes} />
            <Select label="Steps" value={state.steps} options={stepCounts} />
            <Select
              label="Schedule"
              value={state.schedule}
              options={{ constant: 'Constant', steps: 'In steps', linear: 'Linear', cosine: 'Cosine' }}
            />
          </div>
          <Toggle label="Warm-up (a tenth)" value={state.warmup} />
          <Slider label="Seed" value={state.seed} min={0} max={99} />
          <h2>Learning rates</h2>
          <Racers
            rates={state}
            racing={{
              sgd: state['with-sgd'],
              momentum: state['with-momentum'],
              rmsprop: state['with-rmsprop'],
              adam: state['with-adam'],
            }}
          />
        </>
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            Two classes: make an optimizer end with an expected loss of at least twice its training loss. Then bring the
            two together again.
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      <div class="in-row">
        <Choice
          label="Surface of the loss on"
          value={state.surface}
          options={{ train: 'Training set', batch: 'This batch', expected: 'Distribution' }}
        />
      </div>
      <div class="planes">
        <SurfacePlane
          problem={problem}
          surface={surface.value}
          of={`the ${surfaceTitles[state.surface.value]}`}
          runs={ran?.runs ?? []}
          step={step}
          start={settings.value.start}
          onStart={(start) => {
            state.start.value = [start]
          }}
        />
        {ran !== undefined && (
          <ExamplesPlane
            problem={problem}
            examples={ran.train}
            batch={ran.batches[step - 1]}
            runs={ran.runs}
            step={step}
          />
        )}
      </div>
      <Player what="steps" step={state.step} last={last} speed={12} by={Math.max(1, last.value / 100)} />
      {diverged.length > 0 && (
        <Notice kind="warning">
          {diverged.map(({ name, divergedAt }) => `${racerTitles[name]} diverges at step ${divergedAt}`).join(', ')}:
          each step overshoots the valley by more than the one before, until the loss is no number. Lower the rate.
        </Notice>
      )}
      {ran === undefined ? (
        <p class="loading">Running the race ...</p>
      ) : run === undefined ? (
        <Notice kind="note">No optimizer races: choose one beside its learning rate.</Notice>
      ) : (
        <>
          <Counters run={run} batches={ran.batches} settings={ran.settings} step={step} />
          <div class="in-row">
            <Choice label="Look closely at" value={state.of} options={offered} />
          </div>
          <Curves runs={ran.runs} run={run} step={step} steps={ran.settings.steps} />
        </>
      )}
    </Lesson>
  )
}
