import { bytesText, quantity, shapeText } from '../../parts/quantity.ts'
import type { LayerFacts as Facts, Totals } from './session.ts'

const percent = (part: number, whole: number): string =>
  whole === 0 || part === 0 ? '' : ` (${Number(((100 * part) / whole).toPrecision(2))} %)`

/** All that is known of one layer. */
export function LayerFacts({
  facts,
  totals,
}: {
  readonly facts: Facts | undefined
  readonly totals: Totals | undefined
}) {
  if (facts === undefined || totals === undefined)
    return (
      <section class="facts" aria-label="The layer">
        <h2>The layer</h2>
        <p class="hint">Press a group (▸) to unfold it, and a layer to see what it is and what it costs.</p>
      </section>
    )
  const { title, name, type, settings, inputShapes, outputShape, parameters, macs, trainingBytes } = facts
  const rows: readonly (readonly [string, string])[] = [
    ['name', name || '(the network itself)'],
    ['type', type],
    ...settings,
    ...(inputShapes.length === 0 ? [] : [['takes', inputShapes.map(shapeText).join(' and ')] as const]),
    ['gives', shapeText(outputShape)],
    ['parameters', `${parameters.toLocaleString('en')}${percent(parameters, totals.parameters)}`],
    ['multiply-adds', `${macs.toLocaleString('en')}${percent(macs, totals.macs)}`],
    ['FLOPs', quantity(2 * macs)],
    ['kept for the way back', trainingBytes === null ? 'batch too small' : bytesText(trainingBytes)],
  ]
  return (
    <section class="facts" aria-label="The layer" aria-live="polite">
      <h2>{title}</h2>
      <table>
        <tbody>
          {rows.map(([key, value]) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
