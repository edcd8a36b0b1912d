/** What the network of a file says of a picture, and where it sees it. */
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import type { Pixels } from '../../engine/pixels.ts'
import { Notice } from '../../parts/notice.tsx'
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import type { PictureAnswer, Preparation } from './answers.ts'
import type { Asked } from './worker.ts'

export interface NetworkAnswerProps {
  /** The file's name, where there are two. */
  readonly title: string | undefined
  readonly preparation: ReadonlySignal<Preparation>
  /** What is asked about. */
  readonly asked: ReadonlySignal<Asked | undefined>
  /** Whether to show where the class is seen. */
  readonly isExplained: ReadonlySignal<boolean>
  readonly ask: (asked: Asked, preparation: Preparation) => Promise<PictureAnswer>
  readonly explain: (asked: Asked, preparation: Preparation, label: number) => Promise<Pixels>
}

interface Question {
  readonly about: Asked
  readonly preparation: Preparation
}

export function NetworkAnswer({ title, preparation, asked, isExplained, ask, explain }: NetworkAnswerProps) {
  const answer = useSignal<PictureAnswer | undefined>(undefined)
  const failure = useSignal('')
  const isThinking = useSignal(false)
  /** The class that is looked for in the picture; the likeliest unless chosen. */
  const sought = useSignal<number | undefined>(undefined)
  const compute = useMemo(() => {
    /** Whether it is still asked: another picture may have come. */
    const isAsked = ({ about }: Question): boolean => asked.peek() === about
    return latest(
      async (question: Question) => ({ question, found: await ask(question.about, question.preparation) }),
      ({ question, found }) => {
        isThinking.value = false
        if (!isAsked(question)) return
        sought.value = undefined
        answer.value = found
      },
      (error) => {
        isThinking.value = false
        answer.value = undefined
        failure.value = messageOf(error)
      },
    )
  }, [ask, asked])
  const [about, prepared] = [asked.value, preparation.value]
  useEffect(() => {
    failure.value = ''
    if (about === undefined) {
      answer.value = undefined
      return
    }
    isThinking.value = true
    compute({ about, preparation: prepared })
  }, [about, prepared, compute])
  const shown = answer.value
  const label = sought.value ?? shown?.top[0].label
  return (
    <div class="network-answer">
      {title !== undefined && <h3>{title}</h3>}
      {shown !== undefined && (
        <div class="sights">
          <figure>
            <PixelsCanvas pixels={shown.look} label="The picture as the network sees it" />
            <figcaption class="hint">
              as the network sees it, {shown.look.width} × {shown.look.height}
            </figcaption>
          </figure>
          {isExplained.value && about !== undefined && (
            <Sight
              question={{ about, preparation: prepared }}
              classes={shown.top}
              label={label!}
              onLabel={(to) => {
                sought.value = to
              }}
              explain={explain}
            />
          )}
        </div>
      )}
      <div class="says" aria-live="polite">
        {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
        {shown === undefined ? (
          isThinking.value && <p>Compiling and asking…</p>
        ) : (
          <>
            <table>
              <caption>
                It says: <b>{shown.top[0].name}</b>
              </caption>
              <tbody>
                {shown.top.map(({ name, probability }, i) => (
                  <tr key={i}>
                    <th scope="row">{name}</th>
                    <td>
                      <span class="share">
                        <i style={{ width: `${100 * probability}%` }} />
                      </span>
                      {(100 * probability).toFixed(1)} %
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {shown.remarks.map((remark) => (
              <Notice key={remark} kind="warning">
                {remark}
              </Notice>
            ))}
          </>
        )}
      </div>
    </div>
  )
}

interface SightProps extends Pick<NetworkAnswerProps, 'explain'> {
  readonly question: Question
  readonly classes: PictureAnswer['top']
  readonly label: number
  readonly onLabel: (label: number) => void
}

/** The picture under what speaks for a class in it. */
function Sight({ question: { about, preparation }, classes, label, onLabel, explain }: SightProps) {
  const heat = useSignal<Pixels | undefined>(undefined)
  const failure = useSignal('')
  const compute = useMemo(
    () =>
      latest(
        (of: Question & { readonly label: number }) => explain(of.about, of.preparation, of.label),
        (pixels) => {
          heat.value = pixels
          failure.value = ''
        },
        (error) => {
          heat.value = undefined
          failure.value = messageOf(error)
        },
      ),
    [explain],
  )
  useEffect(() => compute({ about, preparation, label }), [about, preparation, label, compute])
  if (failure.value !== '') return <Notice kind="note">{failure.value}</Notice>
  return (
    <figure>
      {heat.value === undefined ? (
        <p class="loading">Looking…</p>
      ) : (
        <PixelsCanvas
          pixels={heat.value}
          label={`Where it sees ${classes.find((each) => each.label === label)?.name ?? 'the class'}`}
        />
      )}
      <figcaption class="hint">
        <label>
          where it sees{' '}
          <select value={label} onChange={({ currentTarget }) => onLabel(Number(currentTarget.value))}>
            {classes.map(({ label: each, name }) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </figcaption>
    </figure>
  )
}
