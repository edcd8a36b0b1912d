/** A kernel that slides over a picture. */

import { batch, effect, useComputed, useSignal } from '@preact/signals'
import { transfer } from 'comlink'
import type { FilterExplanation } from 'gentle-dl/vision'
import { filterOperations, filterPaddings, filterShapes } from 'gentle-dl/vision'
import { useEffect } from 'preact/hooks'
import { choiceField, integerField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import { Choice } from '../../parts/choice.tsx'
import { Counts } from '../../parts/counts.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Player } from '../../parts/player.tsx'
import { Select } from '../../parts/select.tsx'
import { useCamera } from '../../parts/use-camera.ts'
import { useDroppedFiles } from '../../parts/use-dropped-files.ts'
import { Arithmetic } from './arithmetic.tsx'
import { type Convolved, type Drawing, drawings } from './convolve.ts'
import './convolution.css'
import { Empty } from './empty.tsx'
import { exerciseAnswer } from './exercise.ts'
import { kernelField } from './kernel.ts'
import { KernelChoice } from './kernel-choice.tsx'
import { octave } from './octave.ts'
import { OctaveLines } from './octave-lines.tsx'
import { OutputSize } from './output-size.tsx'
import { channels, example, type Given, maxSide, type Picture, pictureOf } from './picture.ts'
import { PictureChoice, type Source, sources } from './picture-choice.tsx'
import { program } from './program.ts'
import { type Settings, windowsOf } from './settings.ts'
import { Views } from './views.tsx'

const maxStep = 4

const fields = {
  picture: choiceField<Source>('example', sources),
  channel: choiceField('grey', channels),
  kernel: kernelField,
  operation: choiceField('correlation', filterOperations),
  shape: choiceField('valid', filterShapes),
  padding: choiceField('zero', filterPaddings),
  strideDown: integerField(1, { min: 1, max: maxStep }),
  strideAcross: integerField(1, { min: 1, max: maxStep }),
  dilationDown: integerField(1, { min: 1, max: maxStep }),
  dilationAcross: integerField(1, { min: 1, max: maxStep }),
  draw: choiceField<Drawing>('fit', drawings),
  // Pixels of the result that are done; the last of them is looked at.
  step: integerField(1, { min: 0, max: 100_000 }),
}

const sceneAddress = new URL('../../../../../docs/lecture/pictures/scene.png', import.meta.url).href

/** What is computed anew when it changes. */
interface Work {
  readonly picture: Picture | undefined
  readonly settings: Settings
  readonly drawing: Drawing
}

export default function ConvolutionPage() {
  const state = usePageState(fields)
  const worker = useWorker('convolution')
  const camera = useCamera()
  /** Of each source but the example, what was last taken from it. */
  const taken = useSignal<Partial<Record<Source, Given>>>({})
  const convolved = useSignal<Convolved | undefined>(undefined)
  const explanation = useSignal<{ readonly index: number; readonly of: FilterExplanation } | undefined>(undefined)
  const hovered = useSignal<number | undefined>(undefined)
  const failure = useSignal('')
  const readFailure = useSignal('')
  const remark = useSignal('')

  const settings = useComputed(
    (): Settings => ({
      kernel: state.kernel.value,
      operation: state.operation.value,
      shape: state.shape.value,
      padding: state.padding.value,
      stride: [state.strideDown.value, state.strideAcross.value],
      dilation: [state.dilationDown.value, state.dilationAcross.value],
    }),
  )
  const picture = useComputed(() => {
    if (state.picture.value === 'example') return example
    const given = taken.value[state.picture.value]
    return given && pictureOf(given, state.channel.value)
  })
  const windows = useComputed(() => windowsOf(settings.value, picture.value?.image ?? example.image))
  const last = useComputed(() =>
    convolved.value === undefined ? 0 : convolved.value.result.width * convolved.value.result.height,
  )
  const index = useComputed(() => {
    const shown = Math.min(hovered.value ?? state.step.value - 1, last.value - 1)
    return shown < 0 ? undefined : shown
  })

  const keep = (source: Source, next: Given): void => {
    taken.value = { ...taken.peek(), [source]: next }
  }
  const read = async (source: 'scene' | 'own', name: string, give: () => Promise<Blob>): Promise<void> => {
    readFailure.value = ''
    try {
      const { image, original } = await worker.bytePicture(await give(), { maxSide, name })
      const isReduced = original[0] > image.width || original[1] > image.height
      keep(source, { image, name, reduced: isReduced ? `, reduced from ${original[1]} × ${original[0]} to` : ',' })
    } catch (error) {
      readFailure.value = messageOf(error)
    }
  }
  const takeFiles = (files: readonly File[]): void => {
    if (files.length === 0) return
    batch(() => {
      state.picture.value = 'own'
      remark.value = files.length === 1 ? '' : `One picture at a time: of ${files.length} files the first is taken.`
    })
    void read('own', files[0].name, async () => files[0])
  }
  const over = useDroppedFiles(takeFiles)
  const save = async (): Promise<void> => {
    if (picture.value === undefined) return
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await worker.pngOf(picture.value.image))
    link.download = 'picture.png'
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }

  useEffect(() => {
    // The scene is loaded when somebody wants to see it.
    const stopScene = effect(() => {
      if (state.picture.value !== 'scene' || taken.peek().scene !== undefined) return
      void read('scene', 'scene.png', async () => (await fetch(sceneAddress)).blob())
    })
    const stopMessages = effect(() => {
      if (state.picture.value !== 'webcam') camera.stop()
      if (state.picture.value !== 'own') {
        readFailure.value = ''
        remark.value = ''
      }
    })
    // As many pictures of the webcam as are done in time.
    let gone = false
    const stopWatching = effect(() => {
      if (camera.state.value === 'on') void watch()
    })
    const watch = async (): Promise<void> => {
      while (!gone && camera.state.peek() === 'on') {
        try {
          const bitmap = await camera.frame()
          if (bitmap === undefined) break
          const { image } = await worker.bytePicture(transfer(bitmap, [bitmap]), { maxSide, name: 'webcam' })
          if (!gone) keep('webcam', { image, name: 'Webcam', reduced: ', reduced to' })
        } catch (error) {
          readFailure.value = messageOf(error)
          camera.stop()
        }
        await new Promise(requestAnimationFrame)
      }
    }
    const compute = latest(
      async ({ picture, settings, drawing }: Work) =>
        picture === undefined ? undefined : worker.convolve(picture, settings, drawing),
      (next) => {
        convolved.value = next
        failure.value = ''
      },
      (error) => {
        convolved.value = undefined
        failure.value = messageOf(error)
      },
    )
    const stopComputing = effect(() =>
      compute({ picture: picture.value, settings: settings.value, drawing: state.draw.value }),
    )
    const look = latest(
      async ({ of, index }: { of: Convolved | undefined; index: number | undefined }) =>
        of === undefined || index === undefined
          ? undefined
          : {
              index,
              of: await worker.explain(
                of.picture,
                of.settings,
                Math.floor(index / of.result.width),
                index % of.result.width,
              ),
            },
      (next) => {
        explanation.value = next
      },
      (error) => {
        explanation.value = undefined
        failure.value = messageOf(error)
      },
    )
    const stopLooking = effect(() => look({ of: convolved.value, index: index.value }))
    return () => {
      gone = true
      for (const stop of [stopScene, stopMessages, stopWatching, stopComputing, stopLooking]) stop()
    }
  }, [worker])

  const isExample = useComputed(() => state.picture.value === 'example')
  const place = useComputed(() => {
    const { columns } = windows.value
    const shown = Math.max(0, Math.min(state.step.value, last.value) - 1)
    const width = Math.max(1, columns.count)
    return { row: Math.floor(shown / width), column: shown % width }
  })
  const code = useComputed(() => program({ settings: settings.value, isExample: isExample.value, ...place.value }))
  const octaveLines = useComputed(() =>
    octave({ settings: settings.value, ...windows.value, isExample: isExample.value }),
  )
  const answer = useComputed(() => exerciseAnswer(convolved.value))
  const shown = convolved.value
  const explained = explanation.value
  return (
    <Lesson
      chapter="08-convolution"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            A small table of weights, the kernel, is laid on every window of the picture. The numbers under it are
            multiplied by its weights, and the sum is one pixel of the result: how much the window is like the kernel.
          </p>
          <p>
            The same few weights are used everywhere, so a shifted picture gives a shifted result. Here you choose them;
            a convolutional network learns them.
          </p>
        </>
      }
      controls={
        <div class="filter-settings">
          <PictureChoice
            source={state.picture}
            channel={state.channel}
            picture={picture.value}
            camera={camera}
            onFiles={takeFiles}
            onSave={() => void save()}
          />
          <h2>Kernel</h2>
          <KernelChoice kernel={state.kernel} />
          <Choice
            label="Operation"
            value={state.operation}
            options={{ convolution: 'Convolution', correlation: 'Correlation' }}
          />
          <Counts
            label="Stride"
            counts={{ down: state.strideDown.value, across: state.strideAcross.value }}
            max={maxStep}
            onChange={(direction, count) => {
              ;(direction === 'down' ? state.strideDown : state.strideAcross).value = count
            }}
          />
          <Counts
            label="Dilation"
            counts={{ down: state.dilationDown.value, across: state.dilationAcross.value }}
            max={maxStep}
            onChange={(direction, count) => {
              ;(direction === 'down' ? state.dilationDown : state.dilationAcross).value = count
            }}
          />
          <Choice label="Padding" value={state.shape} options={{ valid: 'None', same: 'Same', full: 'Full' }} />
          <Select
            label="Beyond the border"
            value={state.padding}
            disabled={state.shape.value === 'valid'}
            options={{ zero: 'zeros', reflect: 'reflected', replicate: 'the edge again', wrap: 'the other side' }}
          />
          <Select
            label="Draw the result"
            value={state.draw}
            options={{ fit: 'so that all values fit', clip: 'cut off at black and white', absolute: 'without signs' }}
          />
        </div>
      }
      exercise={
        <>
          <Exercise answer={answer}>
            <p>Find a kernel and a padding whose result is the picture itself, one pixel further to the right.</p>
          </Exercise>
          <OctaveLines lines={octaveLines} />
        </>
      }
    >
      <div class={over.value ? 'drop over' : 'drop'}>
        {readFailure.value !== '' && <Notice kind="error">{readFailure.value}</Notice>}
        {remark.value !== '' && <Notice kind="note">{remark.value}</Notice>}
        {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
        {picture.value === undefined ? (
          <Empty source={state.picture.value} />
        ) : shown === undefined ? (
          failure.value === '' && <p class="loading">Computing ...</p>
        ) : (
          <>
            <Views
              convolved={shown}
              explanation={index.value === undefined ? undefined : explained?.of}
              index={index.value}
              hovered={hovered}
              isLive={camera.state.value === 'on'}
              onSelect={(chosen) => {
                state.step.value = chosen + 1
              }}
            />
            <Player
              what="pixels"
              step={state.step}
              last={last}
              speed={last.value > 400 ? 10 : 3}
              by={Math.ceil(last.value / 400)}
            />
            {explained !== undefined && index.value !== undefined ? (
              <Arithmetic
                explanation={explained.of}
                row={Math.floor(explained.index / shown.result.width)}
                column={explained.index % shown.result.width}
                isTurned={shown.settings.operation === 'convolution'}
              />
            ) : (
              <p class="hint">Point at a pixel of the result, or press Step, to see where it comes from.</p>
            )}
          </>
        )}
        {picture.value !== undefined && <OutputSize {...windows.value} />}
      </div>
    </Lesson>
  )
}
