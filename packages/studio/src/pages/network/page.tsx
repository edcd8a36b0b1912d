/** Networks of a few layers on points of the plane. */

import { batch, type Signal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import {
  AddressError,
  choiceField,
  type Field,
  flagField,
  integerField,
  numberField,
  rowsField,
} from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { latest } from '../../engine/latest.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { LineChart } from '../../parts/line-chart.tsx'
import { Notice } from '../../parts/notice.tsx'
import { PlayButton } from '../../parts/play-button.tsx'
import { Select } from '../../parts/select.tsx'
import { Slider } from '../../parts/slider.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { AnswerPlane } from './answer-plane.tsx'
import { ChainRule } from './chain-rule.tsx'
import type { Points } from './data.ts'
import { Diagram } from './diagram.tsx'
import { exerciseAnswer } from './exercise.ts'
import type { Place } from './place.ts'
import './network.css'
import { written } from './numbers.ts'
import { OwnPoints } from './own-points.tsx'
import { colourOfAnswer, usePalette } from './palette.ts'
import { program } from './program.ts'
import type { Request } from './session.ts'
import * as limits from './settings.ts'
import { activationNames, dataNames, optimizerNames, predictsNumbers, type Settings } from './settings.ts'
import { useTraining } from './use-training.ts'
import { WeightsList } from './weights-list.tsx'

const { maxLayers, maxUnits, maxClasses, maxOwn, maxSteps, farthest } = limits

const layersField: Field<readonly number[]> = {
  initial: [4, 3],
  parse(text) {
    const units = text === '' ? [] : text.split(',').map(Number)
    if (units.length > maxLayers || !units.every((each) => Number.isInteger(each) && each >= 1 && each <= maxUnits))
      throw new AddressError(`'${text.slice(0, 40)}' is not at most ${maxLayers} layers of 1 to ${maxUnits} units`)
    return units
  },
  format: (units) => units.join(','),
}

const fields = {
  data: choiceField('rings', dataNames),
  ownTask: choiceField('classes', ['classes', 'numbers']),
  classes: integerField(2, { min: 2, max: maxClasses }),
  noise: numberField(0.08, { min: 0, max: 0.5 }),
  seed: integerField(1, { min: 0, max: 99 }),
  own: rowsField([], { columns: 3, min: -farthest, max: maxClasses, maxRows: maxOwn }),
  hidden: layersField,
  activation: choiceField('tanh', activationNames),
  optimizer: choiceField('sgd', optimizerNames),
  rate: numberField(0.1, { min: 0.0001, max: 10 }),
  batchSize: integerField(10, { min: 1, max: 100 }),
  weightDecay: numberField(0, { min: 0, max: 0.1 }),
  steps: integerField(0, { min: 0, max: maxSteps }),
  edits: rowsField([], { columns: 5, min: -1000, max: maxSteps, maxRows: 100 }),
  example: integerField(1, { min: 1, max: maxOwn }),
  layer: integerField(1, { min: 1, max: maxLayers + 1 }),
  unit: integerField(1, { min: 1, max: maxUnits }),
  from: integerField(1, { min: 0, max: maxUnits }),
  lines: choiceField('weights', ['weights', 'gradients']),
  numbers: flagField(true),
  speed: choiceField('epochs', ['slow', 'epochs', 'fast']),
  adding: choiceField('0', ['0', '1', '2', '3', '4', 'erase']),
}

const settingNames = [
  'data',
  'ownTask',
  'classes',
  'noise',
  'seed',
  'own',
  'hidden',
  'activation',
  'optimizer',
  'rate',
  'batchSize',
  'weightDecay',
] as const
const strides = { slow: 1, epochs: 20, fast: maxSteps } as const
const noPoints: Points = { train: [], validation: [], box: { x: [-farthest, farthest], y: [-farthest, farthest] } }
const percent = (share: number | undefined): string =>
  share === undefined ? '' : `, ${(100 * share).toFixed(1)} % right`

export default function NetworkPage() {
  const state = usePageState(fields)
  const worker = useWorker('network')
  const palette = usePalette()
  const playing = useSignal(false)
  const points = useSignal(noPoints)
  // A change of a setting begins the training anew.
  const setting = useMemo(() => {
    const restarting = <Value,>(own: Signal<Value>): Signal<Value> =>
      ({
        get value() {
          return own.value
        },
        set value(next: Value) {
          batch(() => {
            own.value = next
            state.steps.value = 0
            state.edits.value = []
          })
        },
      }) as Signal<Value>
    return Object.fromEntries(
      settingNames.map((name) => [name, restarting(state[name] as Signal<unknown>)]),
    ) as unknown as Pick<typeof state, (typeof settingNames)[number]>
  }, [state])
  const settings = useComputed(
    () => Object.fromEntries(settingNames.map((name) => [name, state[name].value])) as unknown as Settings,
  )
  const request = useComputed<Request>(() => ({
    settings: settings.value,
    steps: state.steps.value,
    edits: state.edits.value,
    example: state.example.value - 1,
  }))
  const stride = useComputed(() => strides[state.speed.value])
  const player = useMemo(() => ({ playing, steps: state.steps, stride }), [state])
  const { snapshot, failure } = useTraining(worker, request, player)
  const dataKey = useComputed(() => {
    const { data, ownTask, classes, noise, seed, own } = settings.value
    return JSON.stringify({ data, ownTask, classes, noise, seed, own })
  })
  useEffect(() => {
    const compute = latest(
      (key: string) => worker.pointsOf(JSON.parse(key)),
      (next) => {
        points.value = next
      },
      () => {
        const { own, data } = settings.peek()
        points.value = {
          ...noPoints,
          train:
            data === 'own'
              ? own.filter(([, , target]) => Number.isInteger(target) && target >= 0 && target < maxClasses)
              : [],
        }
      },
    )
    return dataKey.subscribe(compute)
  }, [worker])
  const shown = snapshot.value
  const numbers = predictsNumbers(settings.value)
  const colourOf = useMemo(() => shown && colourOfAnswer(shown.answer, palette), [shown, palette])
  const code = useComputed(() => program(settings.value, state.steps.value, state.edits.value))
  const answer = useComputed(() => exerciseAnswer(settings.value, snapshot.value?.scores))
  const layer = Math.min(state.layer.value, shown?.layers.length ?? 1)
  const unit = Math.min(state.unit.value, shown?.layers[layer - 1].biases.length ?? 1)
  const selected: Place = {
    layer,
    unit,
    from: Math.min(state.from.value, shown?.layers[layer - 1].weights[0].length ?? 1),
  }
  const select = (place: Place): void =>
    batch(() => {
      state.layer.value = place.layer
      state.unit.value = place.unit
      state.from.value = place.from
    })
  const go = (steps: number): void => {
    playing.value = false
    state.steps.value = Math.max(0, Math.min(maxSteps, steps))
  }
  const { hidden } = settings.value
  const reached = shown?.divergence?.step ?? shown?.step ?? 0
  return (
    <Lesson
      chapter="02-networks"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            Each neuron adds up what the layer before gives, times its weights, and bends the sum. Layers of them draw
            borders that no line can.
          </p>
          <p>
            Training goes backward through the layers: the chain rule tells each weight how the loss would change with
            it, and the weight moves the other way.
          </p>
        </>
      }
      controls={
        <>
          <h2>Points</h2>
          <Select
            label="Points"
            value={setting.data}
            options={{
              rings: 'Rings',
              spirals: 'Spirals',
              moons: 'Moons',
              gaussians: 'Clouds',
              xor: 'XOR',
              plane: 'Regression: slope',
              waves: 'Regression: waves',
              own: 'Your own',
            }}
          />
          {['rings', 'spirals', 'gaussians'].includes(settings.value.data) && (
            <Slider label="Classes" value={setting.classes} min={2} max={maxClasses} />
          )}
          {settings.value.data === 'own' ? (
            <OwnPoints worker={worker} own={setting.own} task={setting.ownTask} adding={state.adding} />
          ) : (
            <Slider
              label="Noise"
              value={setting.noise}
              min={0}
              max={0.5}
              step={0.01}
              format={(value) => value.toFixed(2)}
            />
          )}
          <Slider label="Seed" value={setting.seed} min={0} max={99} />
          <h2>Network</h2>
          {hidden.map((units, i) => (
            <div class="layer" key={i}>
              <label for={`layer-${i}`}>Layer {i + 1}</label>
              <input
                id={`layer-${i}`}
                type="number"
                min={1}
                max={maxUnits}
                value={units}
                onChange={({ currentTarget }) => {
                  const wanted = Math.round(currentTarget.valueAsNumber) || 1
                  setting.hidden.value = hidden.map((each, k) =>
                    k === i ? Math.max(1, Math.min(maxUnits, wanted)) : each,
                  )
                }}
              />
            </div>
          ))}
          <div class="presets">
            <button
              type="button"
              disabled={hidden.length >= maxLayers}
              onClick={() => {
                setting.hidden.value = [...hidden, 4]
              }}
            >
              <Icon name="add" /> Layer
            </button>
            <button
              type="button"
              disabled={hidden.length === 0}
              onClick={() => {
                setting.hidden.value = hidden.slice(0, -1)
              }}
            >
              <Icon name="remove" /> Layer
            </button>
          </div>
          <Select
            label="Activation"
            value={setting.activation}
            options={{ relu: 'ReLU', tanh: 'tanh', sigmoid: 'sigmoid', linear: 'linear', 'leaky-relu': 'leaky ReLU' }}
          />
          <h2>Training</h2>
          <Select
            label="Optimizer"
            value={setting.optimizer}
            options={{ sgd: 'SGD', momentum: 'SGD with momentum 0.9', adam: 'Adam' }}
          />
          <Slider label="Learning rate" value={setting.rate} min={0.0001} max={10} logarithmic />
          <Slider label="Batch size" value={setting.batchSize} min={1} max={100} />
          <Slider label="Weight decay" value={setting.weightDecay} min={0} max={0.1} step={0.001} />
        </>
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            Classify 95 % of the validation points: XOR with two hidden neurons, two rings with four, or two spirals
            with twelve.
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      <div class="network">
        {shown === undefined ? (
          <p class="loading">{failure.value === '' ? 'The engine starts.' : ''}</p>
        ) : (
          <Diagram
            snapshot={shown}
            palette={palette}
            selected={selected}
            lines={state.lines.value}
            hasNumbers={state.numbers.value}
            onSelect={select}
          />
        )}
        <AnswerPlane
          points={points.value}
          colourOf={colourOf}
          palette={palette}
          predictsNumbers={numbers}
          example={state.example.value - 1}
          label={`The answer over the plane, and ${points.value.train.length + points.value.validation.length} points`}
          onPress={(x1, x2, nearest) => {
            const { adding } = state
            if (settings.value.data !== 'own') {
              if (nearest >= 0) state.example.value = nearest + 1
            } else if (adding.value === 'erase') {
              const hit = points.value.train[nearest]
              if (hit !== undefined)
                setting.own.value = state.own.value.filter(([a, b]) => Math.hypot(a - hit[0], b - hit[1]) > 0.002)
            } else if (state.own.value.length < maxOwn)
              setting.own.value = [
                ...state.own.value,
                [Number(x1.toFixed(3)), Number(x2.toFixed(3)), Number(adding.value)],
              ]
          }}
        />
      </div>
      <div class="player" role="group" aria-label="Training">
        <button
          type="button"
          title="To the start"
          onClick={() =>
            batch(() => {
              go(0)
              state.edits.value = []
            })
          }
        >
          <Icon name="start" />
          <span class="unseen">To the start</span>
        </button>
        <button type="button" title="Step back" disabled={reached === 0} onClick={() => go(reached - 1)}>
          <Icon name="previous" />
          <span class="unseen">Step back</span>
        </button>
        <PlayButton playing={playing} />
        <button type="button" onClick={() => go(reached + 1)}>
          <Icon name="next" /> Step
        </button>
        <output>
          step {shown?.step ?? 0}
          {shown !== undefined && !playing.value && shown.divergence === undefined && shown.step < state.steps.value
            ? ` of ${state.steps.value}`
            : ''}
        </output>
        <Choice label="Speed" value={state.speed} options={{ slow: 'Slow', epochs: 'Epochs', fast: 'Fast' }} />
      </div>
      {shown?.divergence !== undefined && (
        <Notice kind="error">
          The training diverged: the loss of step {shown.divergence.step} is not a number. In{' '}
          {shown.divergence.excess.layer === hidden.length
            ? 'the output layer'
            : `layer ${shown.divergence.excess.layer + 1}`}{' '}
          the sums grew first: up to {written(shown.divergence.excess.value)} at step {shown.divergence.excess.step},
          from {written(shown.divergence.excess.valueAtStart)} at the start. Try a smaller learning rate, fewer layers,
          or tanh, which bounds what a layer gives.
        </Notice>
      )}
      {shown !== undefined && (
        <>
          <p class="scores">
            Training: loss {written(shown.scores.trainLoss)}
            {percent(shown.scores.trainAccuracy)}. Validation: loss {written(shown.scores.validationLoss)}
            {percent(shown.scores.validationAccuracy)}.
          </p>
          <LineChart
            label="Loss at each step"
            xLabel="step"
            yLabel="loss"
            height={200}
            lines={[
              {
                name: 'training',
                colour: 0,
                points: shown.curve.map(({ step, trainLoss }) => [step, trainLoss] as const),
              },
              {
                name: 'validation',
                colour: 1,
                dashed: true,
                points: shown.curve.map(({ step, validationLoss }) => [step, validationLoss] as const),
              },
            ]}
          />
          <div class="backward">
            <div>
              <Choice label="Lines show" value={state.lines} options={{ weights: 'Weights', gradients: 'Gradients' }} />
              <Toggle label="Numbers on the chosen neuron’s lines" value={state.numbers} />
              <WeightsList
                snapshot={shown}
                selected={selected}
                onSelect={select}
                onEdit={(place, value) => {
                  if (state.edits.value.length < 100 && shown.divergence === undefined)
                    batch(() => {
                      go(shown.step)
                      state.edits.value = [
                        ...state.edits.value.filter(([at]) => at <= shown.step),
                        [shown.step, place.layer, place.unit, place.from, Number(value.toFixed(3))],
                      ]
                    })
                }}
              />
            </div>
            <div>
              <Slider label="Example" value={state.example} min={1} max={Math.max(1, points.value.train.length)} />
              <ChainRule
                snapshot={shown}
                selected={selected}
                activation={settings.value.activation}
                isNumber={numbers}
              />
            </div>
          </div>
        </>
      )}
    </Lesson>
  )
}
