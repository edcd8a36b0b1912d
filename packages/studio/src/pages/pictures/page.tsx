/** A classifier of one's own pictures: collected, trained, tested, mended and taken away in the page. */

import { batch, effect, useComputed, useSignal } from '@preact/signals'
import { proxy, transfer } from 'comlink'
import { useEffect, useMemo } from 'preact/hooks'
import { choiceField, flagField, integerField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { messageOf } from '../../engine/message-of.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { FileButton } from '../../parts/file-button.tsx'
import { foundFiles, givenFiles } from '../../parts/files-in-entries.ts'
import { Icon } from '../../parts/icon.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { saveFile } from '../../parts/save-file.ts'
import { Slider } from '../../parts/slider.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { useCamera } from '../../parts/use-camera.ts'
import { useDroppedFiles } from '../../parts/use-dropped-files.ts'
import { ClassCards } from './class-cards.tsx'
import { freeName, labelledOf, obstacle, relabelled, withClass, withoutPictures, withPictures } from './collection.ts'
import { exerciseAnswer } from './exercise.ts'
import { Exports } from './exports.tsx'
import { History } from './history.ts'
import { Judgements } from './judgement.tsx'
import { LiveTest, type Tested } from './live-test.tsx'
import { type LookPixels, lookOf } from './look.tsx'
import './pictures.css'
import { modelFile, onnxFile, program, useFile, useProgram } from './program.ts'
import type { TrunkFacts } from './session.ts'
import { maxClasses, maxEpochs, maxPictures, ownTrunk, type Settings, sides } from './settings.ts'
import type { GivenFile } from './take-files.ts'
import { TrainingPanel } from './training-panel.tsx'
import { useClassifier, type Wanted } from './use-classifier.ts'
import type { Taken } from './worker.ts'

const fields = {
  example: flagField(false),
  start: choiceField('nothing', ['nothing', 'trunk']),
  side: choiceField('64', sides),
  epochs: integerField(30, { min: 1, max: maxEpochs }),
  heldOut: integerField(20, { min: 0, max: 50 }),
  augment: flagField(true),
  seed: integerField(1, { min: 0, max: 999 }),
  judged: choiceField('held out', ['held out', 'all']),
}

/** Files of what is dropped that are looked at: a few more than there is room for, so that what is no picture takes none. */
const maxGiven = 3 * maxPictures

/** Milliseconds between two pictures of a recording, and between two looks at the webcam. */
const [recordPause, lookPause] = [200, 60]

interface Told {
  readonly remarks: readonly string[]
  readonly problems: readonly string[]
}

const nothingTold: Told = { remarks: [], problems: [] }

export default function PicturesPage() {
  const state = usePageState(fields)
  const worker = useWorker('pictures')
  const camera = useCamera()
  const history = useMemo(() => new History(), [])
  const looks = useMemo(() => new Map<number, LookPixels>(), [])
  const truths = useSignal<ReadonlyMap<number, string>>(new Map())
  const chosen = useSignal('')
  const recording = useSignal('')
  const reading = useSignal('')
  const told = useSignal(nothingTold)
  const trunk = useSignal<TrunkFacts | undefined>(undefined)
  const trunkBytes = useSignal<Uint8Array | undefined>(undefined)
  /** Grows with each trunk, as two may have one name. */
  const trunks = useSignal(0)
  const trunkProblem = useSignal('')
  const threads = useSignal(0)
  const seen = useSignal<LookPixels | undefined>(undefined)
  const tested = useSignal<Tested | undefined>(undefined)
  const testProblem = useSignal('')

  const settings = useComputed(
    (): Settings => ({
      start: state.start.value,
      side: Number(state.side.value),
      epochs: state.epochs.value,
      heldOut: state.heldOut.value,
      augment: state.augment.value,
      seed: state.seed.value,
    }),
  )
  const labelled = useComputed(() => labelledOf(history.present.value))
  const wanted = useComputed(
    (): Wanted => ({
      labelled: labelled.value,
      settings: settings.value,
      trunk: state.start.value === 'trunk' ? `${trunks.value} ${trunk.value?.file ?? ''}` : '',
    }),
  )
  const classifier = useClassifier(worker, wanted)
  const { progress, playing, judgement } = classifier
  const hasClassifier = progress.value.epochs > 0

  /** Takes in what the worker has read. */
  const keep = ({ pictures, looks: found, remarks, problems }: Taken, isPart = false): void => {
    for (const [i, { id }] of pictures.entries()) looks.set(id, found[i])
    const before = history.present.peek()
    const next = withPictures(before, pictures)
    const left = before.pictures.length + pictures.length - next.pictures.length
    const more = left > 0 ? [`${left} pictures are left out: there can be ${maxClasses} classes, and no more.`] : []
    batch(() => {
      if (problems.length + remarks.length + more.length > 0) told.value = { remarks, problems: [...problems, ...more] }
      if (pictures.length > 0) history.edit(next, isPart)
    })
  }
  /** The class of pictures without a folder. */
  const labelFor = (label: string): string => {
    const { classes } = history.present.peek()
    return label !== ''
      ? label
      : classes.includes(chosen.peek())
        ? chosen.peek()
        : (classes.at(-1) ?? freeName(history.present.peek()))
  }
  const take = async (given: readonly GivenFile[], label = ''): Promise<void> => {
    if (given.length === 0) return
    batch(() => {
      told.value = nothingTold
      reading.value = `Reading ${given.length} ${given.length === 1 ? 'file' : 'files'} ...`
    })
    try {
      const room = maxPictures - history.present.peek().pictures.length
      const onProgress = proxy((done: number, all: number) => {
        reading.value = `Reading pictures: ${done} of ${all} ...`
      })
      const taken = await worker.take(given.slice(0, maxGiven), labelFor(label), room, onProgress)
      const beyond =
        given.length > maxGiven ? [`Only the first ${maxGiven} files are looked at; open a smaller folder.`] : []
      keep({ ...taken, problems: [...taken.problems, ...beyond] })
    } catch (error) {
      told.value = { remarks: [], problems: [messageOf(error)] }
    } finally {
      reading.value = ''
    }
  }
  const takeChosen = (files: readonly File[], label = ''): Promise<void> => take(foundFiles(files), label)
  const over = useDroppedFiles((files, entries) => {
    givenFiles(files, entries, maxGiven + 1).then(take, (error) => {
      told.value = { remarks: [], problems: [`The folder cannot be read: ${messageOf(error)}`] }
    })
  })
  const test = async (source: Blob | ImageBitmap, name: string): Promise<void> => {
    try {
      const asked = source instanceof ImageBitmap ? transfer(source, [source]) : source
      const { look, classes, probabilities } = await worker.classify(asked, name)
      tested.value = { look, classes, probabilities, name }
      testProblem.value = ''
    } catch (error) {
      testProblem.value = messageOf(error)
    }
  }
  const openTrunk = async (open: () => Promise<TrunkFacts & { readonly bytes?: Uint8Array }>): Promise<void> => {
    trunkProblem.value = ''
    try {
      const { bytes, ...facts } = await open()
      batch(() => {
        trunk.value = facts
        trunkBytes.value = bytes
        trunks.value++
        state.start.value = 'trunk'
      })
    } catch (error) {
      trunkProblem.value = messageOf(error)
    }
  }
  const save = async (what: 'safetensors' | 'onnx' | 'program' | 'pictures'): Promise<void> => {
    try {
      if (what === 'safetensors') saveFile(await worker.safetensors(), modelFile)
      else if (what === 'onnx') saveFile(await worker.onnx(), onnxFile)
      else if (what === 'program') saveFile(useProgram, useFile)
      else saveFile(await worker.archive(labelled.peek()), 'pictures.zip')
    } catch (error) {
      told.value = { remarks: [], problems: [messageOf(error)] }
    }
  }

  useEffect(() => {
    let gone = false
    worker
      .open(
        new URL('mnist/', document.baseURI).href,
        proxy((next) => {
          if (!gone) progress.value = next
        }),
      )
      .then(
        (count) => {
          threads.value = count
        },
        (error) => {
          classifier.failure.value = messageOf(error)
        },
      )
    const loadExample = async (): Promise<void> => {
      reading.value = 'Fetching the digits ...'
      try {
        const { taken, truths: found } = await worker.takeExample()
        if (gone) return
        truths.value = new Map(taken.pictures.map(({ id }, i) => [id, found[i]]))
        keep(taken)
      } catch (error) {
        told.value = { remarks: [], problems: [messageOf(error)] }
      } finally {
        reading.value = ''
      }
    }
    let isLoaded = false
    const stopExample = effect(() => {
      const wants = state.example.value
      if (wants === isLoaded) return
      isLoaded = wants
      if (wants) void loadExample()
      else {
        history.edit(withoutPictures(history.present.peek(), new Set(truths.peek().keys())))
        truths.value = new Map()
      }
    })
    const watch = async (): Promise<void> => {
      let recorded = 0
      let isPart = false
      while (!gone && camera.state.peek() === 'on') {
        const started = performance.now()
        const frame = await camera.frame()
        if (frame === undefined) break
        const label = recording.peek()
        const isFull = history.present.peek().pictures.length >= maxPictures
        if (label === '') isPart = false
        if (label !== '' && !isFull && started - recorded >= recordPause) {
          const taken = await worker.takeFrame(transfer(frame, [frame]), label)
          if (recording.peek() === label) keep(taken, isPart)
          isPart = true
          recorded = started
          seen.value = taken.looks[0]
        } else if (hasClassifierNow()) await test(frame, 'webcam')
        else {
          seen.value = lookOf(frame)
          frame.close()
        }
        if (isFull && label !== '') {
          recording.value = ''
          told.value = {
            remarks: [],
            problems: [`The page keeps ${maxPictures} pictures; remove some to record more.`],
          }
        }
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, started + lookPause - performance.now())))
      }
      recording.value = ''
    }
    const hasClassifierNow = (): boolean => progress.peek().epochs > 0
    const stopWatching = effect(() => {
      if (camera.state.value === 'on') void watch()
    })
    return () => {
      gone = true
      stopExample()
      stopWatching()
    }
  }, [worker])

  const code = useComputed(() => program(settings.value, labelled.value.ids.length, trunk.value))
  const answer = useComputed(() => exerciseAnswer(history.present.value, truths.value))
  const collection = history.present.value
  const why =
    obstacle(collection) ||
    (state.start.value === 'trunk' && trunk.value === undefined
      ? 'Open a trunk, or train a network from nothing and keep it as one.'
      : '')
  return (
    <Lesson
      chapter="20-hands-on"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            Nobody writes rules for what your pictures show: a network learns them from examples. From nothing it has to
            find its features, too. A <em>trunk</em> that has learned from other pictures brings features along; then
            only the last layer learns, from fewer pictures and in a second.
          </p>
          <p>
            What counts is what it says of pictures that it has <em>not</em> learned from. Frames of one recording are
            almost alike: those that are held out are then hardly new, and the share that is right is too good. Record
            at different times and places.
          </p>
        </>
      }
      controls={
        <div class="pictures-settings">
          <h2>Training</h2>
          <Choice label="Learn" value={state.start} options={{ nothing: 'from nothing', trunk: 'on a trunk' }} />
          {state.start.value === 'trunk' && (
            <p class="hint">
              {trunk.value === undefined
                ? 'No trunk yet.'
                : `${trunk.value.file}: ${trunk.value.network ?? 'its own network'}, pictures of ${trunk.value.side} × ${trunk.value.side}.`}
            </p>
          )}
          <div class="trunk-buttons">
            <FileButton
              label="Open a trunk"
              accept=".safetensors,.pth,.pt,.bin"
              onFiles={([file]) => file !== undefined && void openTrunk(() => worker.openTrunk(file, file.name))}
            />
            <button
              type="button"
              disabled={!hasClassifier || playing.value}
              onClick={() => void openTrunk(() => worker.keepTrunk())}
            >
              Keep this as trunk
            </button>
            {trunkBytes.value !== undefined && (
              <button type="button" onClick={() => saveFile(trunkBytes.value as Uint8Array<ArrayBuffer>, ownTrunk)}>
                <Icon name="download" /> {ownTrunk}
              </button>
            )}
          </div>
          {trunkProblem.value !== '' && <Notice kind="error">{trunkProblem.value}</Notice>}
          <Choice
            label="Pixels a side"
            value={state.side}
            options={{ '32': '32', '64': '64', '96': '96' }}
            disabled={state.start.value === 'trunk'}
          />
          <Slider label="Epochs" value={state.epochs} min={1} max={maxEpochs} />
          <Slider label="Held out" value={state.heldOut} min={0} max={50} format={(value) => `${value} %`} />
          <Toggle label="Move, scale and turn the pictures" value={state.augment} />
          <Slider label="Seed" value={state.seed} min={0} max={999} />
          <p class="hint">The address keeps settings, never pictures. Those stay in this page until you close it.</p>
        </div>
      }
      exercise={
        <Exercise answer={answer}>
          <p>
            Four of the example’s digits have a wrong label. Train, find them by their losses, and correct the labels.
          </p>
        </Exercise>
      }
    >
      <div class={over.value ? 'drop over' : 'drop'}>
        <div class="presets">
          <FileButton
            label="Open pictures or zip"
            accept="image/*,.zip,.tm"
            choose="several"
            onFiles={(files) => void takeChosen(files)}
          />
          <FileButton label="Open a folder" choose="folder" onFiles={(files) => void takeChosen(files)} />
          <button
            type="button"
            disabled={collection.classes.length >= maxClasses}
            onClick={() => {
              const name = freeName(collection)
              chosen.value = name
              history.edit(withClass(collection, name))
            }}
          >
            <Icon name="add" /> New class
          </button>
          <button
            type="button"
            aria-pressed={state.example.value}
            onClick={() => {
              state.example.value = !state.example.value
            }}
          >
            Example: digits
          </button>
          <button type="button" disabled={!history.canUndo.value} onClick={() => history.undo()}>
            <Icon name="undo" /> Undo edit
          </button>
        </div>
        <p class="unseen" role="status">
          {reading.value}
        </p>
        {reading.value !== '' && <p class="loading">{reading.value}</p>}
        {told.value.remarks.map((each) => (
          <Notice key={each} kind="note">
            {each}
          </Notice>
        ))}
        {told.value.problems.map((each) => (
          <Notice key={each} kind="error">
            {each}
          </Notice>
        ))}
        {collection.classes.length === 0 && (
          <p class="empty">
            Drop pictures here: files, a folder of folders, a zip, or a Teachable Machine project (.tm). Each folder is
            a class. Or begin with a new class and the webcam.
          </p>
        )}
        <ClassCards
          collection={collection}
          looks={looks}
          chosen={chosen}
          recording={recording}
          isCameraOn={camera.state.value === 'on'}
          onEdit={(next) => history.edit(next)}
          onFiles={(files, label) => void takeChosen(files, label)}
        />
        {classifier.failure.value !== '' && <Notice kind="error">{classifier.failure.value}</Notice>}
        <div class="train-and-test">
          <TrainingPanel
            progress={progress}
            playing={playing}
            epochs={state.epochs.value}
            obstacle={why}
            isOld={classifier.isOld.value}
            threads={threads.value}
            onTrain={() => void classifier.train(maxEpochs)}
            onPause={classifier.pause}
            onEpoch={() => void classifier.train((classifier.isOld.value ? 0 : progress.value.epochs) + 1)}
            onRestart={() => void classifier.restart()}
          />
          <div>
            <LiveTest
              camera={camera}
              seen={seen}
              tested={tested}
              hasClassifier={hasClassifier}
              onFile={(file) => {
                camera.stop()
                void test(file, file.name)
              }}
            />
            {testProblem.value !== '' && <Notice kind="error">{testProblem.value}</Notice>}
          </div>
        </div>
        {judgement.value !== undefined && (
          <Judgements
            judgement={judgement.value}
            collection={collection}
            looks={looks}
            part={state.judged}
            onRelabel={(id, label) => history.edit(relabelled(history.present.peek(), id, label))}
            onRemove={(id) => history.edit(withoutPictures(history.present.peek(), new Set([id])))}
          />
        )}
        <Exports
          hasClassifier={hasClassifier && !playing.value}
          hasPictures={collection.pictures.length > 0}
          side={state.start.value === 'trunk' ? (trunk.value?.side ?? 96) : Number(state.side.value)}
          classes={judgement.value?.classes ?? labelled.value.classes}
          onSave={(what) => void save(what)}
        />
      </div>
    </Lesson>
  )
}
