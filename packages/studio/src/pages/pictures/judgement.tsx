/** What the classifier gets wrong: as a matrix, as pictures, and as labels that may be wrong. */
import type { Signal } from '@preact/signals'
import { Choice } from '../../parts/choice.tsx'
import { Icon } from '../../parts/icon.tsx'
import type { Collection } from './collection.ts'
import { confusionOf, type Judged, type Judgement, only, topLosses, worstMistakes } from './judged.ts'
import { Look, type LookPixels } from './look.tsx'

export interface JudgementProps {
  readonly judgement: Judgement
  readonly collection: Collection
  readonly looks: ReadonlyMap<number, LookPixels>
  readonly part: Signal<'held out' | 'all'>
  readonly onRelabel: (id: number, label: string) => void
  readonly onRemove: (id: number) => void
}

/** Pictures of each kind that are shown. */
const shown = 8

export function Judgements(props: JudgementProps) {
  const { judgement, part, looks } = props
  const of = only(judgement, part.value)
  const mistakes = worstMistakes(of, shown)
  const right = of.pictures.filter(({ label, said }) => label === said).length
  return (
    <section class="judgement" aria-label="What it gets wrong">
      <h2>What it gets wrong</h2>
      <Choice label="Pictures" value={part} options={{ 'held out': 'held out', all: 'all' }} />
      {of.pictures.length === 0 ? (
        <p class="hint">Nothing was held out; see all pictures.</p>
      ) : (
        <>
          <p>
            {right} of {of.pictures.length} are right.
          </p>
          <Matrix judgement={of} />
          <h3>Worst mistakes</h3>
          {mistakes.length === 0 && <p class="hint">None.</p>}
          <ul class="pictures-told">
            {mistakes.map((each) => (
              <li key={each.id}>
                <Look pixels={looks.get(each.id)} />
                <span>
                  {judgement.classes[each.label]}, it says <b class="wrong">{judgement.classes[each.said]}</b> (
                  {(100 * each.confidence).toFixed(0)} %)
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>Highest losses of all pictures</h3>
      <p class="hint">Hard pictures, or wrong labels. Correct those, and train again.</p>
      <ul class="pictures-told">
        {topLosses(judgement, shown).map((each) => (
          <Relabel key={each.id} each={each} {...props} />
        ))}
      </ul>
    </section>
  )
}

function Matrix({ judgement }: { readonly judgement: Judgement }) {
  const counts = confusionOf(judgement)
  const { classes } = judgement
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <div class="matrix" tabIndex={0} role="region" aria-label="Confusion matrix">
      <table>
        <caption>Rows: its label. Columns: what the network says.</caption>
        <thead>
          <tr>
            <td />
            {classes.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((name, row) => {
            const sum = counts[row].reduce((a, b) => a + b, 0)
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                {classes.map((other, column) => {
                  const share = sum === 0 ? 0 : counts[row][column] / sum
                  return (
                    <td
                      key={other}
                      class={row === column ? 'diagonal' : counts[row][column] > 0 ? 'off' : ''}
                      style={{ '--share': share }}
                    >
                      {counts[row][column]}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Relabel({
  each: { id, label, loss, said, isHeldOut },
  judgement,
  collection,
  looks,
  onRelabel,
  onRemove,
}: JudgementProps & { readonly each: Judged }) {
  const present = collection.pictures.find((picture) => picture.id === id)
  return (
    <li>
      <Look pixels={looks.get(id)} />
      <span>
        loss <b>{loss.toFixed(2)}</b>
        {said !== label && (
          <>
            , it says <b class="wrong">{judgement.classes[said]}</b>
          </>
        )}
        {isHeldOut && ', held out'}
      </span>
      {present === undefined ? (
        <span class="hint">removed</span>
      ) : (
        <span class="relabel">
          <select
            aria-label={`Label of picture ${id}`}
            value={present.label}
            onChange={({ currentTarget }) => onRelabel(id, currentTarget.value)}
          >
            {collection.classes.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <button type="button" aria-label={`Remove picture ${id}`} title="Remove" onClick={() => onRemove(id)}>
            <Icon name="remove" />
          </button>
        </span>
      )}
    </li>
  )
}
