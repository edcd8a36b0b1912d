/** What depth, width, resolution and batch cost, what the lecture's systems cost, and how long this machine would take. */

import { computed, effect, useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { choiceField, integerField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Slider } from '../../parts/slider.tsx'
import './cost.css'
import { Curves } from './curves.tsx'
import { Doubling } from './doubling.tsx'
import { exerciseAnswer, leastLayers, leastResolution, mostMegabytes } from './exercise.ts'
import { type ChartName, charts, LectureChart } from './lecture-chart.tsx'
import { program } from './program.ts'
import type { Costs, Lecture } from './session.ts'
import { type Axis, axes, axisNames, layersOf, type Settings } from './settings.ts'
import { SystemsTable } from './systems-table.tsx'
import { useMeasuring } from './use-measuring.ts'

const fields = {
  depth: integerField(3, axes.depth),
  width: integerField(16, axes.width),
  resolution: integerField(32, axes.resolution),
  batch: integerField(32, axes.batch),
  axis: choiceField<Axis>('width', axisNames),
  chart: choiceField<ChartName>('accuracy', Object.keys(charts) as ChartName[]),
}

const axisTitles = Object.fromEntries(axisNames.map((axis) => [axis, axes[axis].title])) as Record<Axis, string>

export default function CostPage() {
  const state = usePageState(fields)
  const worker = useWorker('cost')
  const measuring = useMeasuring(worker)
  const costs = useSignal<Costs | undefined>(undefined)
  const lecture = useSignal<Lecture | undefined>(undefined)
  const failure = useSignal('')
  const settings = useComputed<Settings>(() => ({
    depth: state.depth.value,
    width: state.width.value,
    resolution: state.resolution.value,
    batch: state.batch.value,
  }))

  useEffect(() => {
    const compute = latest(
      ({ settings, axis }: { settings: Settings; axis: Axis }) => worker.costs(settings, axis),
      (next) => {
        measuring.stop()
        costs.value = next
        failure.value = ''
      },
      (error) => {
        failure.value = messageOf(error)
      },
    )
    return effect(() => compute({ settings: settings.value, axis: state.axis.value }))
  }, [worker])

  useEffect(() => {
    // What is chosen comes first: the lecture's networks are counted after it.
    worker.lecture().then(
      (counted) => {
        lecture.value = counted
      },
      (error: unknown) => {
        failure.value = messageOf(error)
      },
    )
  }, [worker])

  const code = useMemo(() => computed(() => program(settings.value, state.axis.value)), [state])
  const answer = useComputed(() => exerciseAnswer(costs.value))
  const { rate, doing, times, left, problem } = measuring
  const shown = costs.value
  // Times of other settings say nothing of these.
  const areOfCurve = shown !== undefined && measuring.of.value === shown
  return (
    <Lesson
      chapter="16-growing-complexity"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            Twice the depth costs twice as much. Twice the width costs four times as much, since each channel looks at
            all of the layer before; twice the resolution as well, since there are four times as many pixels. The batch
            changes no weight, but training has to remember the activations of all of its pictures for the way back.
          </p>
          <p>
            A training takes 3 · 2 · multiply-adds · pictures · epochs: forward, and two gradients. Over the years that
            grew far faster than machines did.
          </p>
        </>
      }
      controls={
        <>
          <h2>A residual network</h2>
          {axisNames.map((axis) => (
            <Slider
              key={axis}
              label={`${axes[axis].title[0].toUpperCase()}${axes[axis].title.slice(1)}, ${axes[axis].unit}`}
              value={state[axis]}
              min={axes[axis].min}
              max={axes[axis].max}
            />
          ))}
          <p class="hint">{layersOf(settings.value)} layers with weights, for pictures of three colours.</p>
          <Choice label="Curves along" value={state.axis} options={axisTitles} />
        </>
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            You have {mostMegabytes} MiB. Train a network of at least {leastLayers} layers on pictures of at least{' '}
            {leastResolution} pixels across within it.
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      {problem.value !== '' && <Notice kind="error">{problem.value}</Notice>}
      {shown === undefined ? (
        failure.value === '' && <p class="loading">Counting…</p>
      ) : (
        <>
          <Curves costs={shown} measured={areOfCurve ? times.value : []} rate={rate.value?.flopsPerSecond} />
          <div class="player">
            {doing.value === '' ? (
              <button type="button" class="primary" onClick={() => measuring.measure(shown)}>
                <Icon name="play" /> Measure this machine
              </button>
            ) : (
              <button type="button" onClick={measuring.stop}>
                <Icon name="pause" /> Stop
              </button>
            )}
            <output class="rate">
              {doing.value !== '' && `Measuring ${doing.value}… `}
              {rate.value !== undefined &&
                `${(rate.value.flopsPerSecond / 1e9).toFixed(1)} GFLOP/s on ${rate.value.threads} ${rate.value.threads === 1 ? 'thread' : 'threads'}, in matrix products`}
              {left.value.length > 0 &&
                areOfCurve &&
                `; too long or too large to measure in a page: ${axes[shown.axis].title} ${left.value.join(', ')}`}
            </output>
          </div>
          <Doubling costs={shown} />
          <h2 class="systems">How long would this machine take?</h2>
          {lecture.value === undefined ? (
            <p class="loading">Counting the lecture’s networks…</p>
          ) : (
            <>
              <SystemsTable systems={lecture.value.systems} costs={shown} rate={rate.value?.flopsPerSecond} />
              <p class="hint">
                At the rate of matrix products: steps that wait for memory or for each other are slower, and
                convolutions that the engine computes with fewer products (Winograd) faster. Counted:{' '}
                {lecture.value.systems.map(({ counted }) => counted.how).join('; ')}.
              </p>
              <Choice label="The lecture’s chart" value={state.chart} options={charts} />
              <LectureChart lecture={lecture.value} chart={state.chart.value} />
              <p class="hint">
                Areas show parameters.{' '}
                {state.chart.value === 'accuracy'
                  ? 'Accuracies are those that were published: torchvision’s for a single crop, AlexNet’s (2012) of its paper.'
                  : 'In the lecture’s figures, and as counted from Gentle’s networks on the examples that the papers tell.'}
              </p>
            </>
          )}
        </>
      )}
    </Lesson>
  )
}
