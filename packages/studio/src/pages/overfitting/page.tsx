/** Little data, and what helps: trainings side by side, and a gallery of augmentations. */

import { batch, computed, effect, useComputed, useSignal } from '@preact/signals'
import { proxy } from 'comlink'
import { useEffect, useMemo } from 'preact/hooks'
import { choiceField, flagField, integerField, numberField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { followed } from '../../engine/followed.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Select } from '../../parts/select.tsx'
import { Slider } from '../../parts/slider.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { exerciseAnswer } from './exercise.ts'
import type { GalleryPicture, GalleryRequest } from './gallery.ts'
import { GalleryView } from './gallery-view.tsx'
import './overfitting.css'
import { type GalleryName, galleryTitles, moves, withoutAmount } from './policies.ts'
import { galleryProgram, program } from './program.ts'
import { Remedies } from './remedies.tsx'
import type { Report } from './session.ts'
import { maxRounds, noMoments, type RemedyName, remedyNames, type Settings } from './settings.ts'
import { TrainingBar } from './training-bar.tsx'

const exampleCounts = { '50': '50', '100': '100', '200': '200', '500': '500', '1000': '1,000' } as const
const multiples = { '2': 'twice', '5': '5 times', '10': '10 times', '25': '25 times' } as const

const keysOf = <Name extends string>(options: Readonly<Record<Name, string>>): Name[] => Object.keys(options) as Name[]

const fields = {
  show: choiceField('remedies', ['remedies', 'gallery']),
  examples: choiceField('100', keysOf(exampleCounts)),
  seed: integerField(1, { min: 0, max: 99 }),
  rounds: integerField(0, { min: 0, max: maxRounds }),
  dropout: numberField(0.5, { min: 0.1, max: 0.9 }),
  decay: numberField(1, { min: 0.01, max: 10 }),
  times: choiceField('10', keysOf(multiples)),
  strength: numberField(1, { min: 0.25, max: 4 }),
  'with-dropout': flagField(true),
  'with-decay': flagField(true),
  'with-data': flagField(true),
  'with-augmentation': flagField(true),
  augmentation: choiceField('rotate', keysOf(galleryTitles)),
  amount: numberField(0.3, { min: 0.05, max: 1 }),
  scene: integerField(1, { min: 0, max: 999 }),
  boxes: flagField(true),
  masks: flagField(true),
}

export default function OverfittingPage() {
  const state = usePageState(fields)
  const worker = useWorker('overfitting')
  const report = useSignal<Report>({ loading: false, moments: noMoments })
  const playing = useSignal(false)
  const threads = useSignal(0)
  const pictures = useSignal<readonly GalleryPicture[]>([])
  const failure = useSignal('')
  const { settings, names, request } = useMemo(
    () => ({
      settings: computed(
        (): Settings => ({
          examples: Number(state.examples.value),
          seed: state.seed.value,
          dropout: state.dropout.value,
          decay: state.decay.value,
          times: Number(state.times.value),
          strength: state.strength.value,
        }),
      ),
      names: computed((): RemedyName[] => remedyNames.filter((name) => name === 'none' || state[`with-${name}`].value)),
      request: computed(
        (): GalleryRequest => ({
          name: state.augmentation.value,
          amount: state.amount.value,
          seed: state.scene.value,
          boxes: state.boxes.value,
          masks: state.masks.value,
        }),
      ),
    }),
    [state],
  )

  useEffect(() => {
    const { goal, reach, watch } = followed(state.rounds, playing, maxRounds)
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
        if (!next.loading) reach(Math.max(0, Math.min(...names.peek().map((name) => next.moments[name].length - 1))))
      })
    }
    const stops: (() => void)[] = []
    const begin = async (): Promise<void> => {
      threads.value = await worker.open(new URL('mnist/', document.baseURI).href, proxy(onReport))
      if (closed) return
      stops.push(
        watch(),
        effect(() => {
          failure.value = ''
          worker.train(settings.value, names.value, goal.value).catch(fail)
        }),
      )
      const look = latest(
        (wanted: GalleryRequest) => worker.gallery(wanted),
        (next) => {
          pictures.value = next
          failure.value = ''
        },
        fail,
      )
      stops.push(
        effect(() => {
          if (state.show.value === 'gallery') look(request.value)
        }),
      )
    }
    begin().catch(fail)
    return () => {
      closed = true
      for (const stop of stops) stop()
    }
  }, [worker, state])

  const code = useMemo(
    () =>
      computed(() =>
        state.show.value === 'gallery'
          ? galleryProgram(request.value)
          : program(settings.value, names.value, state.rounds.value),
      ),
    [settings],
  )
  const answer = useComputed(() => exerciseAnswer(report.value.moments, state.rounds.value, settings.value.examples))
  const loading = useComputed(() => report.value.loading)
  const isGallery = state.show.value === 'gallery'
  return (
    <Lesson
      chapter="17-overfitting"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            A network with 61,706 weights learns a hundred digits by heart: its training loss goes to 0, while the loss
            on digits that it has not seen turns and rises. That gap is overfitting.
          </p>
          <p>
            More data closes it. Where there is none, dropout keeps neurons from relying on a single other one, weight
            decay keeps weights small, and augmentation makes new examples of old ones: it knows what the network does
            not, that a slightly turned 3 is still a 3. What belongs to a picture, boxes and masks, has to follow it:{' '}
            <a href="./chapters/18-augmentation.html">chapter 18</a>.
          </p>
        </>
      }
      controls={
        isGallery ? (
          <>
            <h2>Augmentation</h2>
            <Select label="Transform" value={state.augmentation} options={galleryTitles} />
            <Slider
              label="Amount"
              value={state.amount}
              min={0.05}
              max={1}
              step={0.05}
              disabled={withoutAmount.includes(state.augmentation.value)}
              format={(amount) => amount.toFixed(2)}
            />
            <p class="hint">{hintOf(state.augmentation.value)}</p>
            <Toggle label="Boxes" value={state.boxes} />
            <Toggle label="Masks" value={state.masks} />
            <Slider label="Scene" value={state.scene} min={0} max={999} />
            <button
              type="button"
              onClick={() => {
                state.scene.value = (state.scene.value + 1) % 1000
              }}
            >
              <Icon name="next" /> Another scene
            </button>
          </>
        ) : (
          <>
            <h2>Data</h2>
            <Select label="Digits to learn from" value={state.examples} options={exampleCounts} />
            <Slider label="Seed" value={state.seed} min={0} max={99} />
            <h2>Remedies</h2>
            <Toggle label="Dropout" value={state['with-dropout']} />
            <Slider
              label="Rate"
              value={state.dropout}
              min={0.1}
              max={0.9}
              step={0.1}
              disabled={!state['with-dropout'].value}
              format={(rate) => rate.toFixed(1)}
            />
            <Toggle label="Weight decay" value={state['with-decay']} />
            <Slider
              label="λ"
              value={state.decay}
              min={0.01}
              max={10}
              logarithmic
              disabled={!state['with-decay'].value}
            />
            <Toggle label="More data" value={state['with-data']} />
            <Select label="As much as" value={state.times} options={multiples} disabled={!state['with-data'].value} />
            <Toggle label="Augmentation" value={state['with-augmentation']} />
            <Slider
              label="Strength"
              value={state.strength}
              min={0.25}
              max={4}
              step={0.25}
              disabled={!state['with-augmentation'].value}
            />
          </>
        )
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            Learn from at most 200 digits. Without more data, halve the gap between training and validation loss, and
            get more digits right than without a remedy.
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      <div class="in-row">
        <Choice
          label="Show"
          value={state.show}
          options={{ remedies: 'Remedies', gallery: 'Gallery of augmentations' }}
        />
      </div>
      {isGallery ? (
        <GalleryView pictures={pictures.value} />
      ) : (
        <>
          <TrainingBar rounds={state.rounds} playing={playing} loading={loading} threads={threads.value} />
          <Remedies
            moments={report.value.moments}
            settings={settings.value}
            names={names.value}
            rounds={state.rounds.value}
          />
        </>
      )}
    </Lesson>
  )
}

function hintOf(name: GalleryName): string {
  if (name === 'flip') return 'Mirrored digits: boxes and masks follow, but is a mirrored 3 a 3?'
  if (name === 'randAugment') return 'Two transforms, chosen at random. What moves takes boxes and masks with it.'
  return moves(name)
    ? 'Pixels move, and boxes and masks with them. Grey stripes are pixels from outside, of which nothing is known.'
    : 'Pixels change where they are: boxes and masks stay.'
}
