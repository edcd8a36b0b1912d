/** One scene, and what four networks say of it. */

import { batch, effect, useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { choiceField, flagField, integerField, numberField, rowsField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { saveFile } from '../../parts/save-file.ts'
import { Select } from '../../parts/select.tsx'
import { Slider } from '../../parts/slider.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { exerciseAnswer } from './exercise.ts'
import { Outputs } from './outputs.tsx'
import { PrecisionRecall } from './precision-recall.tsx'
import { program } from './program.ts'
import { randomScene } from './random-scene.ts'
import { changed, objectOf, SceneEditor } from './scene-editor.tsx'
import type { Answers, Judgement, Quality } from './session.ts'
import { largest, maxObjects, smallest, type Thresholds } from './settings.ts'
import { shapeNames } from './shapes.ts'
import './tasks.css'

const judgedNames = ['all', ...shapeNames] as const

const fields = {
  objects: rowsField(
    [
      [0, 18, 20, 24, 0],
      [3, 44, 24, 28, 0],
      [2, 30, 48, 24, 30],
    ],
    { columns: 5, min: 0, max: 360, maxRows: maxObjects },
  ),
  add: choiceField<(typeof shapeNames)[number]>('square', shapeNames),
  seed: integerField(0, { min: 0, max: 999 }),
  score: numberField(0.4, { min: 0.05, max: 0.95 }),
  suppression: numberField(0.5, { min: 0, max: 1 }),
  iou: numberField(0.5, { min: 0.05, max: 0.95 }),
  candidates: flagField(false),
  judged: choiceField<(typeof judgedNames)[number]>('all', judgedNames),
}

const two = (value: number): string => value.toFixed(2)

export default function TasksPage() {
  const state = usePageState(fields)
  const worker = useWorker('tasks')
  const said = useSignal<Answers | undefined>(undefined)
  const judgement = useSignal<Judgement | undefined>(undefined)
  const quality = useSignal<Quality | undefined>(undefined)
  const failure = useSignal('')
  const selected = useSignal(0)

  // What an address can hold, a scene need not be able to: numbers are brought to where shapes can be.
  const objects = useComputed(() =>
    state.objects.value.map((row) => {
      const { shape, x, y, size, turn } = objectOf(row)
      return {
        shape: Math.min(shapeNames.length - 1, Math.floor(shape)),
        x: Math.min(64, x),
        y: Math.min(64, y),
        size: Math.min(largest, Math.max(smallest, size)),
        turn: turn % 360,
      }
    }),
  )
  const thresholds = useComputed(
    (): Thresholds => ({ score: state.score.value, suppression: state.suppression.value, iou: state.iou.value }),
  )
  const category = useComputed(() =>
    state.judged.value === 'all' ? undefined : shapeNames.indexOf(state.judged.value),
  )

  useEffect(() => {
    const fail = (error: unknown): void => {
      failure.value = messageOf(error)
    }
    const look = latest(
      ({ of, at }: { of: typeof objects.value; at: Thresholds }) => worker.look(of, at),
      (next) => {
        said.value = next
        failure.value = ''
      },
      fail,
    )
    const stopLooking = effect(() => look({ of: objects.value, at: thresholds.value }))
    const judge = latest(
      ({ at, of }: { at: Thresholds; of: number | undefined }) => worker.judge(at, of),
      (next) => {
        judgement.value = next
      },
      fail,
    )
    // The score only moves along the curve, which stays as it is.
    const stopJudging = effect(() =>
      judge({ at: { score: 0, suppression: state.suppression.value, iou: state.iou.value }, of: category.value }),
    )
    worker.quality().then((next) => {
      quality.value = next
    }, fail)
    return () => {
      stopLooking()
      stopJudging()
    }
  }, [worker])

  const code = useComputed(() => program(thresholds.value, category.value))
  const answer = useComputed(() => exerciseAnswer(said.value))
  const rows = objects.value.map(({ shape, x, y, size, turn }) => [shape, x, y, size, turn])
  const chosen = objects.value[selected.value]
  const change = (next: Parameters<typeof changed>[2]): void => {
    state.objects.value = changed(rows, selected.value, next)
  }
  const saveAll = async (): Promise<void> => {
    try {
      for (const name of ['classify', 'localize', 'detect', 'segment'] as const)
        saveFile(await worker.weights(name), `${name}.safetensors`)
    } catch (error) {
      failure.value = messageOf(error)
    }
  }
  return (
    <Lesson
      chapter="19-four-tasks"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            A classifier gives one label for a picture. Localization adds the box of one object. Detection gives any
            number of labels and boxes, segmentation a class for each pixel. All four stand on the same kind of
            convolutions; only what follows them differs.
          </p>
          <p>
            A detector gives many boxes for each object. <em>Suppression</em> keeps the best of those that overlap; the{' '}
            <em>score</em> decides which are believed. A low score finds more objects (recall), a high one is right more
            often (precision).
          </p>
          <p class="hint">
            The four networks learned from 32,000 to 96,000 generated scenes, in about a minute each on two cores, and
            come with the studio: 1.5 MB. They are judged here, on 200 other scenes; the detector’s curve is of 200 that
            are harder: more shapes, smaller ones, which cover each other.
          </p>
          <p>
            <button type="button" onClick={() => void saveAll()}>
              <Icon name="download" /> Save the networks
            </button>
          </p>
        </>
      }
      controls={
        <>
          <h2>Thresholds</h2>
          <Slider label="Score" value={state.score} min={0.05} max={0.95} step={0.01} format={two} />
          <Slider label="Suppression, IoU above" value={state.suppression} min={0} max={1} step={0.01} format={two} />
          <Slider label="Right from an IoU of" value={state.iou} min={0.05} max={0.95} step={0.01} format={two} />
          <Toggle label="Show boxes before suppression" value={state.candidates} />
          <h2>Scene</h2>
          <Choice
            label="Press the scene to add"
            value={state.add}
            options={{ circle: 'circle', square: 'square', triangle: 'triangle', star: 'star' }}
          />
          <div class="presets">
            <button
              type="button"
              disabled={objects.value.length >= maxObjects}
              onClick={() => {
                selected.value = rows.length
                state.objects.value = [...rows, [shapeNames.indexOf(state.add.value), 32, 32, 22, 0]]
              }}
            >
              <Icon name="add" /> Add
            </button>
            <button
              type="button"
              onClick={() => {
                const seed = (state.seed.value + 1) % 1000
                batch(() => {
                  state.seed.value = seed
                  state.objects.value = randomScene(seed)
                })
              }}
            >
              Random
            </button>
            <button
              type="button"
              disabled={rows.length === 0}
              onClick={() => {
                state.objects.value = []
              }}
            >
              <Icon name="remove" /> Clear
            </button>
          </div>
          {chosen !== undefined && (
            <div class="chosen-shape" role="group" aria-label="The chosen shape">
              <p>
                <b>{shapeNames[chosen.shape]}</b> {selected.value + 1} of {rows.length}
              </p>
              <label>
                Size <output>{chosen.size} px</output>
                <input
                  type="range"
                  min={smallest}
                  max={largest}
                  value={chosen.size}
                  onInput={({ currentTarget }) => change({ size: currentTarget.valueAsNumber })}
                />
              </label>
              <label>
                Turned by <output>{chosen.turn}°</output>
                <input
                  type="range"
                  min={0}
                  max={345}
                  step={15}
                  value={chosen.turn}
                  onInput={({ currentTarget }) => change({ turn: currentTarget.valueAsNumber })}
                />
              </label>
              <button type="button" onClick={() => change(undefined)}>
                <Icon name="remove" /> Remove
              </button>
            </div>
          )}
          <p class="hint">
            Keys on a shape: arrows move it, + and − change its size, comma and period turn it, Enter changes its kind,
            Delete removes it.
          </p>
        </>
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            Let two shapes of one kind overlap by an IoU of 0.2 or more, and set the thresholds so that the detector
            finds every shape, and nothing else.
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      <div class="tasks-stage">
        <figure class="own-scene">
          <figcaption>
            <b>Your scene</b>
            <span>
              {rows.length === 0 ? 'empty: press it to add a shape' : `${rows.length} of at most ${maxObjects} shapes`}
            </span>
          </figcaption>
          <SceneEditor
            objects={state.objects}
            shown={rows}
            selected={selected}
            adding={state.add}
            picture={said.value?.picture}
          />
        </figure>
        {said.value === undefined ? (
          failure.value === '' && <p class="loading">Loading the networks ...</p>
        ) : (
          <Outputs said={said.value} quality={quality.value} showsCandidates={state.candidates.value} />
        )}
        <section class="judged" aria-label="The detector over 200 crowded scenes">
          <div class="judged-head">
            <h2>Detection of 200 crowded scenes</h2>
            <Select
              label="Of"
              value={state.judged}
              options={{
                all: 'all shapes',
                circle: 'circles',
                square: 'squares',
                triangle: 'triangles',
                star: 'stars',
              }}
            />
          </div>
          {judgement.value === undefined ? (
            failure.value === '' && <p class="loading">Judging the detector ...</p>
          ) : (
            <PrecisionRecall judgement={judgement.value} score={state.score.value} />
          )}
        </section>
      </div>
    </Lesson>
  )
}
