/** The single neuron and the rule by which it learns. */

import { computed, effect, useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { choiceField, integerField, numberField, rowsField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Player } from '../../parts/player.tsx'
import { Slider } from '../../parts/slider.tsx'
import { Arithmetic } from './arithmetic.tsx'
import { exerciseAnswer } from './exercise.ts'
import { Mistakes } from './mistakes.tsx'
import './perceptron.css'
import { highest, lowest, PointsPlane } from './points-plane.tsx'
import { presets } from './presets.ts'
import { program } from './program.ts'
import type { Trace } from './trace.ts'

const maxPoints = 40

const fields = {
  points: rowsField(presets.and, { columns: 3, min: lowest, max: highest, maxRows: maxPoints }),
  rate: numberField(1, { min: 0.05, max: 2 }),
  step: integerField(0, { min: 0, max: 100_000 }),
  adding: choiceField('yes', ['yes', 'no']),
}

const blank: Trace = { weights: [[0, 0, 0]], steps: [], mistakes: [] }

export default function PerceptronPage() {
  const state = usePageState(fields)
  const worker = useWorker('perceptron')
  const trace = useSignal(blank)
  const failure = useSignal('')
  const last = useComputed(() => trace.value.steps.length)
  const shown = useComputed(() => Math.min(state.step.value, last.value))

  useEffect(() => {
    const compute = latest(
      ({ points, rate }: { points: typeof state.points.value; rate: number }) => worker.trace(points, rate),
      (next) => {
        // Who looks at the end of the training goes on to look at its end.
        const wasAtEnd = last.peek() > 0 && state.step.peek() >= last.peek()
        trace.value = next
        if (wasAtEnd) state.step.value = next.steps.length
        failure.value = ''
      },
      (error) => {
        failure.value = messageOf(error)
      },
    )
    return effect(() => compute({ points: state.points.value.map(withClass), rate: state.rate.value }))
  }, [worker])

  const code = useMemo(() => computed(() => program(state.points.value.map(withClass), state.rate.value)), [state])
  const step = trace.value.steps[shown.value - 1]
  const [before, after] = [trace.value.weights[Math.max(0, shown.value - 1)], trace.value.weights[shown.value]]
  const answer = useComputed(() => exerciseAnswer(state.points.value, trace.value))
  return (
    <Lesson
      chapter="01-neuron"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            A neuron multiplies each input by a weight, adds them up with a bias, and says yes where the sum is not
            negative. Where the sum is 0 lies a line: the neuron can only tell apart what a line separates.
          </p>
          <p>
            The rule of Rosenblatt (1958) looks at one point after another. Where the neuron is right, nothing changes.
            Where it is wrong, the weights move by η times the error times the input.
          </p>
        </>
      }
      controls={
        <>
          <h2>Points</h2>
          <div class="presets" role="group" aria-label="Points to begin with">
            {(Object.keys(presets) as (keyof typeof presets)[]).map((name) => (
              <button
                key={name}
                type="button"
                onClick={() => {
                  state.points.value = presets[name]
                  state.step.value = 0
                }}
              >
                {name === 'groups' ? 'Two groups' : name.toUpperCase()}
              </button>
            ))}
          </div>
          <Choice label="Press the plane to add" value={state.adding} options={{ yes: '● yes', no: '■ no' }} />
          <button
            type="button"
            disabled={state.points.value.length >= maxPoints}
            onClick={() => {
              state.points.value = [...state.points.value, [0.5, 0.5, state.adding.value === 'yes' ? 1 : 0]]
            }}
          >
            <Icon name="add" /> Add a point in the middle
          </button>
          <p class="hint">
            Drag a point to move it, press it to change its class. By keyboard: Tab, arrow keys, Enter, Delete.
          </p>
          <h2>Rule</h2>
          <Slider
            label="Learning rate η"
            value={state.rate}
            min={0.05}
            max={2}
            step={0.05}
            format={(rate) => rate.toFixed(2)}
          />
        </>
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            Make the neuron learn “x₁ and not x₂” on the four corners: choose AND, then change the classes of the
            corners. How many epochs does it take?
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      <PointsPlane
        points={state.points}
        weights={after}
        current={step?.example}
        added={state.adding.value === 'yes' ? 1 : 0}
        maxPoints={maxPoints}
      />
      <Player what="steps" step={state.step} last={last} speed={3} />
      <Arithmetic points={state.points.value} step={step} before={before} after={after} rate={state.rate.value} />
      <Mistakes mistakes={trace.value.mistakes} epoch={step?.epoch ?? 0} />
    </Lesson>
  )
}

/** A class in an address can be any number of the field: it is one of the two. */
const withClass = ([x1, x2, target]: readonly number[]): readonly number[] => [x1, x2, target >= 0.5 ? 1 : 0]
