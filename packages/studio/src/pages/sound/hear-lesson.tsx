/** From sounds to letters. */
import { useComputed, useSignal } from '@preact/signals'
import type { Remote } from 'comlink'
import { useId } from 'preact/hooks'
import type { Values } from '../../app/page-state.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { FileButton } from '../../parts/file-button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import { Slider } from '../../parts/slider.tsx'
import { useDroppedFiles } from '../../parts/use-dropped-files.ts'
import { hearAnswer } from './exercise.ts'
import { HeardFigure } from './heard-figure.tsx'
import { LearningBar } from './learning-bar.tsx'
import { OwnWords } from './own-words.tsx'
import { playSound } from './play-sound.ts'
import { speechProgram } from './program.ts'
import { speechEpochs } from './recogniser.ts'
import type { LookedAt, SpeechAnswer, SpeechRequest } from './session.ts'
import { type fields, isSayable } from './settings.ts'
import { TaskChoice } from './task-choice.tsx'
import { useLearning } from './use-learning.ts'
import { useSounds } from './use-sounds.ts'
import { words as madeWords } from './voice.ts'
import type { SoundWorker } from './worker.ts'

export interface LessonProps {
  readonly state: Values<typeof fields>
  readonly worker: Remote<SoundWorker>
}

export function HearLesson({ state, worker }: LessonProps) {
  const { seed, words, own, epochs, sound, say, voice } = state
  const playing = useSignal(false)
  const wrongText = useSignal('')
  const id = useId()
  const sounds = useSounds(worker, () => {
    sound.value = 'given'
  })
  const { microphone, recording } = sounds
  const over = useDroppedFiles(([file]) => void sounds.openFile(file))
  const looked = useComputed<LookedAt>(() =>
    sound.value === 'given' ? 'given' : { text: say.value, voice: voice.value },
  )
  const request = useComputed<SpeechRequest>(() => ({
    seed: seed.value,
    words: words.value === 'own' ? own.value.split(' ') : 'made',
    takes: words.value === 'own' ? sounds.takes.value : 0,
    given: sound.value === 'given' ? sounds.given.value : 0,
    epochs: epochs.value,
    sound: looked.value,
  }))
  const { answer, failure, busy } = useLearning<SpeechRequest, SpeechAnswer>({
    request,
    epochs,
    most: speechEpochs,
    playing,
    ask: (wanted) => worker.speech(wanted),
  })
  const code = useComputed(() =>
    speechProgram({ seed: seed.value, words: words.value, epochs: epochs.value, sound: looked.value }),
  )
  const right = useComputed(() => hearAnswer(answer.value?.heard))
  const shown = answer.value
  const heard = shown?.heard
  const last = shown?.epochs.at(-1)
  const isListening = recording.value === 'sound'
  const play = async (): Promise<void> => {
    const samples = await worker.samples(looked.peek())
    if (samples !== undefined) await playSound(samples)
  }
  return (
    <Lesson
      chapter="22-speech"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            The network sees a sound as a picture, its spectrogram, and gives each step a letter or the blank. It is
            told what was said, but not when: CTC adds up the probabilities of all ways to spread the letters over the
            steps, and raises the sum.
          </p>
          <p>
            Equal neighbours count once, and blanks are left out. So between the two o of moon there has to be a blank.
            The dots below are the likeliest way to spell what was said. A letter may stand before or behind where it
            sounds: nobody says when.
          </p>
        </>
      }
      controls={
        <>
          <TaskChoice task={state.task} />
          <h2>Sound</h2>
          <Choice label="Look at" value={sound} options={{ voice: 'The voice', given: 'Yours' }} />
          {sound.value === 'voice' && (
            <>
              <label for={id}>It says</label>
              <input
                id={id}
                type="text"
                value={say.value}
                aria-describedby={`${id}-hint`}
                onInput={({ currentTarget: { value } }) => {
                  const text = value.trim().toLowerCase()
                  wrongText.value = isSayable(text)
                    ? ''
                    : 'It knows only a, e, i, m, n, o, s, t, u and a blank between words, 24 at most.'
                  if (wrongText.value === '') say.value = text
                }}
              />
              <p id={`${id}-hint`} class={wrongText.value === '' ? 'hint' : 'wrong'}>
                {wrongText.value || `The network learns from ${madeWords.join(', ')}.`}
              </p>
              <Slider label="Voice" value={voice} min={0} max={50} />
            </>
          )}
          {sound.value === 'given' && (
            <div class="presets">
              <button
                type="button"
                disabled={microphone.state.value === 'asking' || (recording.value !== undefined && !isListening)}
                onClick={() => void (isListening ? sounds.stop() : sounds.record('sound'))}
              >
                <Icon name={isListening ? 'pause' : 'play'} /> {isListening ? 'Stop' : 'Listen'}
              </button>
              <FileButton label="Sound file" accept="audio/*" onFiles={([file]) => void sounds.openFile(file)} />
            </div>
          )}
          <div class="presets">
            <button type="button" disabled={shown?.spectrogram === undefined} onClick={() => void play()}>
              <Icon name="play" /> Hear it
            </button>
          </div>
          <h2>Network</h2>
          <Choice label="Learns" value={words} options={{ made: 'The voice’s words', own: 'Words of yours' }} />
          {words.value === 'own' && (
            <OwnWords
              own={own}
              counts={sounds.counts.value}
              recording={typeof recording.value === 'object' ? recording.value.word : ''}
              onRecord={(word) => void (typeof recording.value === 'object' ? sounds.stop() : sounds.record({ word }))}
              onFiles={(word, files) => void sounds.addTakes(word, files)}
              onRemove={(word) => void sounds.removeTake(word)}
              onSave={() => void sounds.saveTakes(own.value.split(' '))}
            />
          )}
          <Slider label="Seed" value={seed} min={0} max={20} />
        </>
      }
      exercise={
        <Exercise answer={right}>
          <p>
            Train until the network hears ‘moon’. What does it write between the two o, and why? Check tells where it
            did.
          </p>
        </Exercise>
      }
    >
      {[failure.value, sounds.problem.value, microphone.problem.value]
        .filter((text) => text !== '')
        .map((text) => (
          <Notice key={text} kind="error">
            {text}
          </Notice>
        ))}
      <LearningBar
        epochs={epochs}
        most={speechEpochs}
        playing={playing}
        busy={busy}
        done={shown?.epochs.length ?? 0}
        result={
          last === undefined ? '' : `${(100 * last.wrong).toFixed(1)} % of letters wrong, loss ${last.loss.toFixed(2)}`
        }
      />
      <p class="hears" aria-live="polite">
        {heard === undefined ? (
          'The network has learned nothing yet: press Train. It takes some seconds.'
        ) : (
          <>
            It hears <b>‘{heard.text}’</b>
            {heard.said !== undefined && (
              <>
                {' '}
                where ‘{heard.said.text}’ is said: probability {Math.exp(-heard.said.loss).toPrecision(2)}, CTC loss{' '}
                <b class="loss">{heard.said.loss.toFixed(3)}</b>
              </>
            )}
          </>
        )}
      </p>
      <div class={over.value ? 'over' : ''}>
        {recording.value !== undefined && sounds.live.value !== undefined ? (
          <div class="live">
            <PixelsCanvas pixels={sounds.live.value} label="Spectrogram of the last three seconds of the microphone" />
            <p class="hint">Listening ...</p>
          </div>
        ) : shown?.spectrogram === undefined ? (
          <p class="no-sound">
            {sound.value === 'given'
              ? 'No sound yet: press Listen, or drop a sound file here.'
              : 'Making the sound ...'}
          </p>
        ) : (
          <HeardFigure answer={shown} />
        )}
      </div>
    </Lesson>
  )
}
