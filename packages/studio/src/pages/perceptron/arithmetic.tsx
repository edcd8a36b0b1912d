import type { Point, Trace } from './trace.ts'

const number = (value: number): string => String(Number(value.toFixed(3))).replace('-', '−')
const term = (value: number): string => (value < 0 ? `(${number(value)})` : number(value))

/** One step of the rule in numbers. */
export function Arithmetic({
  points,
  step,
  before,
  after,
  rate,
}: {
  readonly points: readonly Point[]
  readonly step: Trace['steps'][number] | undefined
  readonly before: readonly [number, number, number]
  readonly after: readonly [number, number, number]
  readonly rate: number
}) {
  const point = step && points[step.example]
  if (step === undefined || point === undefined)
    return (
      <div class="arithmetic" role="status">
        <p>The weights begin at 0: w₁ = 0, w₂ = 0, b = 0. Press Step to look at the first point.</p>
      </div>
    )
  const [x1, x2] = point
  const target = point[2] >= 0.5 ? 1 : 0
  const [w1, w2, b] = before
  const sum = w1 * x1 + w2 * x2 + b
  const error = target - step.predicted
  return (
    <div class="arithmetic" role="status">
      <p>
        Epoch {step.epoch}, point {step.example + 1} at ({number(x1)}, {number(x2)}), class{' '}
        {target === 1 ? 'yes' : 'no'}:
      </p>
      <table>
        <tbody>
          <tr>
            <th scope="row">sum</th>
            <td>
              w₁x₁ + w₂x₂ + b = {term(w1)}·{term(x1)} + {term(w2)}·{term(x2)} + {term(b)} = {number(sum)}
            </td>
          </tr>
          <tr>
            <th scope="row">answer</th>
            <td>
              {number(sum)} {step.predicted === 1 ? '≥' : '<'} 0, so {step.predicted === 1 ? 'yes' : 'no'}:{' '}
              <strong class={error === 0 ? 'right' : 'wrong'}>{error === 0 ? 'right' : 'wrong'}</strong>
            </td>
          </tr>
          {error === 0 ? (
            <tr>
              <th scope="row">update</th>
              <td>
                none: w₁ = {number(w1)}, w₂ = {number(w2)}, b = {number(b)}
              </td>
            </tr>
          ) : (
            (['w₁', 'w₂', 'b'] as const).map((name, i) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  {name} + η(y − ŷ){i < 2 ? `x${'₁₂'[i]}` : ''} = {term(before[i])} + {number(rate)}·{term(error)}
                  {i < 2 ? `·${term(point[i])}` : ''} = <strong>{number(after[i])}</strong>
                </td>
              </tr>
            ))
          )}
        </tbody>
      </table>
    </div>
  )
}
