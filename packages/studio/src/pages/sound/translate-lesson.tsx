/** From dates of people to dates of machines. */
import { useComputed, useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { Exercise } from '../../parts/exercise.tsx'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Slider } from '../../parts/slider.tsx'
import { AttentionTable } from './attention-table.tsx'
import { dateEpochs } from './date-translator.ts'
import { dateAnswer } from './exercise.ts'
import type { LessonProps } from './hear-lesson.tsx'
import { LearningBar } from './learning-bar.tsx'
import { datesProgram } from './program.ts'
import type { DatesAnswer, DatesRequest } from './session.ts'
import { fields } from './settings.ts'
import { TaskChoice } from './task-choice.tsx'
import { useLearning } from './use-learning.ts'

const examples = ['5 march 1998', 'july 14, 2020', '28 february 1900', 'december 24, 1968']

export function TranslateLesson({ state, worker }: LessonProps) {
  const { seed, date, lessons } = state
  const playing = useSignal(false)
  const wrongText = useSignal('')
  const id = useId()
  const request = useComputed<DatesRequest>(() => ({ seed: seed.value, epochs: lessons.value, text: date.value }))
  const { answer, failure, busy } = useLearning<DatesRequest, DatesAnswer>({
    request,
    epochs: lessons,
    most: dateEpochs,
    playing,
    ask: (wanted) => worker.dates(wanted),
  })
  const code = useComputed(() => datesProgram(seed.value, lessons.value, date.value))
  const right = useComputed(() => dateAnswer(answer.value?.translated, date.value))
  const { translated, epochs = [] } = answer.value ?? {}
  const last = epochs.at(-1)
  return (
    <Lesson
      chapter="23-attention"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            One network reads a text, another writes its translation, a letter at a time. Before each letter it compares
            its state with all that was read, and takes a mean of it: the weights of that mean are its attention.
          </p>
          <p>
            Nobody tells it where to look. It finds out that the year stands last, that a month is known by a few of its
            letters, and that a day may have one digit or two. This is GNMT with 48 units, trained in the page.
          </p>
        </>
      }
      controls={
        <>
          <TaskChoice task={state.task} />
          <h2>Text</h2>
          <label for={id}>A date</label>
          <input
            id={id}
            type="text"
            value={date.value}
            aria-describedby={`${id}-hint`}
            onInput={({ currentTarget: { value } }) => {
              try {
                date.value = fields.date.parse(value.toLowerCase())
                wrongText.value = ''
              } catch {
                wrongText.value = 'Letters, digits, a comma and blanks; 24 at most.'
              }
            }}
          />
          <p id={`${id}-hint`} class={wrongText.value === '' ? 'hint' : 'wrong'}>
            {wrongText.value || 'It learns dates of 1900 to 2049 in two forms.'}
          </p>
          <div class="presets" role="group" aria-label="Dates">
            {examples.map((text) => (
              <button
                key={text}
                type="button"
                aria-pressed={date.value === text}
                onClick={() => {
                  date.value = text
                }}
              >
                {text}
              </button>
            ))}
          </div>
          <h2>Network</h2>
          <Slider label="Seed" value={seed} min={0} max={20} />
        </>
      }
      exercise={
        <Exercise answer={right}>
          <p>
            Train, then write a date that begins with its month. Where does the network look for the first digit of the
            day, and where for the month?
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      <LearningBar
        epochs={lessons}
        most={dateEpochs}
        playing={playing}
        busy={busy}
        done={epochs.length}
        result={
          last === undefined
            ? ''
            : `${(100 * last.right).toFixed(1)} % of other dates right, loss ${last.loss.toFixed(3)}`
        }
      />
      {translated === undefined ? (
        <p class="no-sound">
          {busy.value
            ? 'Learning from 2,000 dates: the first epoch takes longest.'
            : 'The network has learned nothing yet: press Train. It takes some seconds.'}
        </p>
      ) : (
        <>
          <p class="hears" aria-live="polite">
            It writes <b>‘{translated.text}’</b>
            {!translated.ended && ' and does not come to an end'}
          </p>
          <p class="hint">
            Down: what it writes. Across: what it reads. The stronger the colour, the more it looks there.
          </p>
          <AttentionTable translated={translated} />
        </>
      )}
    </Lesson>
  )
}
