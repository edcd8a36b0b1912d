/** What both networks say, digit by digit. */
import type { Insight } from './insight.ts'

const percent = (share: number): string => (share > 0 && share < 0.005 ? '< 1 %' : `${Math.round(100 * share)} %`)

const best = (values: readonly number[]): number => values.indexOf(Math.max(...values))

function Cell({
  share,
  colour,
  isBest,
}: {
  readonly share: number
  readonly colour: number
  readonly isBest: boolean
}) {
  return (
    <td class={`colour-${colour} ${isBest ? 'best' : ''}`}>
      <span class="share">
        <i style={{ width: `${100 * share}%` }} />
      </span>
      {percent(share)}
    </td>
  )
}

/** In a sentence, what each says and whether that is right. */
export function verdict({ probabilities: { lenet, mlp }, label }: Pick<Insight, 'probabilities' | 'label'>): string {
  const says = `LeNet-5 says ${best(lenet)}, the MLP ${best(mlp)}.`
  return label === undefined ? says : `${says} It is a ${label}.`
}

export function Probabilities({ insight }: { readonly insight: Insight }) {
  const { lenet, mlp } = insight.probabilities
  return (
    <div class="probabilities">
      <table>
        <caption class="unseen">Probability of each digit</caption>
        <thead>
          <tr>
            <th scope="col">Digit</th>
            <th scope="col">LeNet-5</th>
            <th scope="col">MLP</th>
          </tr>
        </thead>
        <tbody>
          {lenet.map((share, digit) => (
            <tr key={digit} class={digit === insight.label ? 'true-class' : ''}>
              <th scope="row">{digit}</th>
              <Cell share={share} colour={0} isBest={digit === best(lenet)} />
              <Cell share={mlp[digit]} colour={1} isBest={digit === best(mlp)} />
            </tr>
          ))}
        </tbody>
      </table>
      <p class="verdict" role="status">
        {verdict(insight)}
      </p>
    </div>
  )
}
