/** What the network of a file says of a picture that somebody chooses, drops, pastes or draws. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import type { StrokePoint } from '../../engine/strokes.ts'
import { Choice } from '../../parts/choice.tsx'
import { DrawingPad } from '../../parts/drawing-pad.tsx'
import { FileButton } from '../../parts/file-button.tsx'
import { Notice } from '../../parts/notice.tsx'
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import { type Asking, type PictureAnswer, type Preparation, preparations } from './answers.ts'
import type { Asked } from './worker.ts'

export interface AnswersPanelProps {
  readonly asking: Asking
  readonly preparation: Signal<Preparation>
  /** What is asked about. */
  readonly asked: Signal<Asked | undefined>
  readonly ask: (asked: Asked, preparation: Preparation) => Promise<PictureAnswer>
}

export function AnswersPanel({ asking, preparation, asked, ask }: AnswersPanelProps) {
  const answer = useSignal<PictureAnswer | undefined>(undefined)
  const failure = useSignal('')
  const isThinking = useSignal(false)
  const drawing = useSignal<readonly StrokePoint[]>([])
  useEffect(() => {
    const before = asked.peek()
    if (drawing.value.length > 0) asked.value = { drawing: drawing.value }
    else if (before !== undefined && 'drawing' in before) asked.value = undefined
  }, [drawing.value])
  const compute = useMemo(() => {
    /** Whether it is still asked: another picture may have come. */
    const isAsked = ({ question }: { readonly question: Asked }): boolean => asked.peek() === question
    return latest(
      async (wanted: { readonly question: Asked; readonly preparation: Preparation }) => ({
        ...wanted,
        found: await ask(wanted.question, wanted.preparation),
      }),
      (done) => {
        isThinking.value = false
        if (isAsked(done)) answer.value = done.found
      },
      (error) => {
        isThinking.value = false
        answer.value = undefined
        failure.value = messageOf(error)
      },
    )
  }, [ask, asked])
  const [question, prepared] = [asked.value, preparation.value]
  useEffect(() => {
    failure.value = ''
    if (question === undefined) {
      answer.value = undefined
      return
    }
    isThinking.value = true
    compute({ question, preparation: prepared })
  }, [question, prepared, compute])
  const shown = answer.value
  return (
    <section class="answers" aria-label="Its answers">
      <h2>Its answers on your picture</h2>
      {asking.remarks.length > 0 && <p class="hint">{asking.remarks.join(' ')}</p>}
      {asking.asksPreparation && <Choice label="Pictures are prepared" value={preparation} options={preparations} />}
      <div class="choosing">
        <FileButton
          label="Choose a picture"
          accept="image/*"
          onFiles={([file]) => {
            if (file === undefined) return
            drawing.value = []
            asked.value = { picture: file, name: file.name }
          }}
        />
        <span class="hint">or drop or paste one{asking.takesDigits ? ', or draw a digit' : ''}.</span>
      </div>
      <div class="asking">
        {asking.takesDigits && <DrawingPad drawing={drawing} instead="choose a picture instead." />}
        {shown !== undefined && (
          <figure>
            <PixelsCanvas pixels={shown.look} label="The picture as the network sees it" />
            <figcaption class="hint">
              as the network sees it, {shown.look.width} × {shown.look.height}
            </figcaption>
          </figure>
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
    </section>
  )
}
