/** LeNet-5 learns in the page, and shows what it has learned. */

import { batch, computed, effect, useComputed, useSignal } from '@preact/signals'
import { proxy } from 'comlink'
import { useEffect, useMemo } from 'preact/hooks'
import { choiceField, integerField, numberField, rowsField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { followed } from '../../engine/followed.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import { DrawingPad, maxPoints } from '../../parts/drawing-pad.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Select } from '../../parts/select.tsx'
import { Slider } from '../../parts/slider.tsx'
import { Curves } from './curves.tsx'
import { DigitRow } from './digit-row.tsx'
import { exerciseAnswer } from './exercise.ts'
import { Answer, Inside, Judged } from './inside.tsx'
import type { Insight } from './insight.ts'
import './lenet.css'
import { program } from './program.ts'
import { type Report, rowLength, type TestDigit } from './session.ts'
import { maxEpochs, noProgress, type Settings } from './training.ts'
import { TrainingBar } from './training-bar.tsx'
import type { LenetWorker } from './worker.ts'

const batchSizes = { '16': '16', '32': '32', '64': '64', '128': '128', '256': '256' } as const
const digitCounts = { '2500': '2,500', '10000': '10,000', '25000': '25,000', '55000': '55,000' } as const

/** Pixels that a digit can be shifted by. */
const farthest = 8

const fields = {
  seed: integerField(1, { min: 0, max: 999 }),
  rate: numberField(0.05, { min: 0.001, max: 1 }),
  batch: choiceField('64', Object.keys(batchSizes) as (keyof typeof batchSizes)[]),
  digits: choiceField('55000', Object.keys(digitCounts) as (keyof typeof digitCounts)[]),
  epochs: integerField(0, { min: 0, max: maxEpochs }),
  digit: integerField(14, { min: 0, max: rowLength - 1 }),
  drawing: rowsField([], { columns: 3, min: 0, max: 100, maxRows: maxPoints }),
  right: integerField(0, { min: -farthest, max: farthest }),
  down: integerField(0, { min: -farthest, max: farthest }),
  inside: choiceField('lenet', ['lenet', 'mlp']),
}

const atRest: Report = { loading: undefined, progress: noProgress, version: 0 }

/** Milliseconds between looks at the networks, however fast a slider moves. */
const lookPatience = 150

export default function LenetPage() {
  const state = usePageState(fields)
  const worker = useWorker('lenet')
  const report = useSignal(atRest)
  const playing = useSignal(false)
  const opened = useSignal<{ readonly row: readonly TestDigit[]; readonly threads: number }>({ row: [], threads: 0 })
  const insight = useSignal<Insight | undefined>(undefined)
  const failure = useSignal('')
  /** Grows when somebody asks for an epoch, which may not have come before. */
  const asked = useSignal(0)
  const settings = useMemo(
    () =>
      computed(
        (): Settings => ({
          seed: state.seed.value,
          rate: state.rate.value,
          batchSize: Number(state.batch.value),
          digits: Number(state.digits.value),
        }),
      ),
    [state],
  )

  useEffect(() => {
    const { goal, reach, watch } = followed(state.epochs, playing, maxEpochs)
    let closed = false
    const fail = (error: unknown): void => {
      if (closed) return
      batch(() => {
        playing.value = false
        failure.value = messageOf(error)
      })
    }
    const onReport = (next: Report): void => {
      batch(() => {
        report.value = next
        if (next.loading === undefined) reach(next.progress.epochs)
      })
    }
    const stops: (() => void)[] = []
    const begin = async (): Promise<void> => {
      opened.value = await worker.open(new URL('mnist/', document.baseURI).href, proxy(onReport))
      if (closed) return
      stops.push(
        watch(),
        effect(() => {
          void asked.value
          failure.value = ''
          worker.train(settings.value, goal.value).catch(fail)
        }),
      )
      let lookedAt = 0
      const look = latest(
        async (request: Parameters<LenetWorker['look']>[0]) => {
          const wait = lookedAt + lookPatience - performance.now()
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
          lookedAt = performance.now()
          return worker.look(request)
        },
        (next) => {
          insight.value = next
        },
        fail,
      )
      const version = computed(() => report.value.version)
      stops.push(
        effect(() => {
          void version.value
          look({
            drawing: state.drawing.value,
            digit: state.digit.value,
            right: state.right.value,
            down: state.down.value,
            network: state.inside.value,
          })
        }),
      )
    }
    begin().catch(fail)
    return () => {
      closed = true
      for (const stop of stops) stop()
    }
  }, [worker, state])

  const code = useMemo(() => computed(() => program(settings.value, state.epochs.value)), [settings])
  const answer = useComputed(() =>
    exerciseAnswer(report.value.progress, insight.value, [state.right.value, state.down.value]),
  )
  /** Another training begins at its beginning. */
  const startOver = (): void => {
    batch(() => {
      playing.value = false
      state.epochs.value = 0
    })
  }
  const [right, down] = [state.right.value, state.down.value]
  const shift = right === 0 && down === 0 ? 'where they are' : `shifted by ${right}, ${down}`
  return (
    <Lesson
      chapter="11-lenet"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            LeNet-5 (1998) read the amounts on millions of cheques. Two convolutions find features, poolings make their
            maps smaller, and dense layers decide. Its filters are not made by hand: they are learned from digits and
            their labels.
          </p>
          <p>
            The MLP learns from the same digits in the same order. Each of its weights belongs to one pixel, so a shift
            hurts it sooner. But LeNet-5 has learned no other place either:{' '}
            <a href="./chapters/09-shift.html">chapter 9</a>. What its pictures mean tells{' '}
            <a href="./chapters/12-what-a-net-learned.html">chapter 12</a>.
          </p>
        </>
      }
      controls={
        <>
          <h2>Shift the digit</h2>
          <Slider label="To the right" value={state.right} min={-farthest} max={farthest} />
          <Slider label="Down" value={state.down} min={-farthest} max={farthest} />
          <Judged insight={insight} shift={shift} />
          <h2>Training</h2>
          <div onInputCapture={startOver}>
            <Slider label="Learning rate" value={state.rate} min={0.001} max={1} logarithmic />
            <Select label="Batch size" value={state.batch} options={batchSizes} />
            <Select label="Digits to learn from" value={state.digits} options={digitCounts} />
            <Slider label="Seed" value={state.seed} min={0} max={999} />
          </div>
          <p class="hint">Another setting begins another training. A link trains as many epochs again.</p>
        </>
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            Train LeNet-5 to 98 % of the validation digits. Then find a test digit and a shift at which the MLP is wrong
            and LeNet-5 is right.
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      <TrainingBar
        report={report}
        playing={playing}
        threads={opened.value.threads}
        onStep={() => {
          worker.step(settings.value).then(
            () => {
              // The step may have ended an epoch.
              state.epochs.value = report.value.progress.epochs
            },
            (error) => {
              failure.value = messageOf(error)
            },
          )
        }}
        onEpoch={() => {
          batch(() => {
            asked.value++
            state.epochs.value = report.value.progress.epochs + 1
          })
        }}
        onRestart={() => {
          startOver()
          void worker.restart()
        }}
      />
      <Curves report={report} />
      <DigitRow row={opened.value.row} digit={state.digit} drawing={state.drawing} />
      <div class="answer">
        <DrawingPad drawing={state.drawing} instead="choose a test digit instead." />
        <Answer insight={insight} />
      </div>
      <Inside insight={insight} network={state.inside} />
    </Lesson>
  )
}
