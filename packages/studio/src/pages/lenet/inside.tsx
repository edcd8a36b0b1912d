/** What the networks make of the picture, and what is inside of one. */
import type { ReadonlySignal, Signal } from '@preact/signals'
import { Choice } from '../../parts/choice.tsx'
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import type { Insight } from './insight.ts'
import { Probabilities } from './probabilities.tsx'
import type { NetworkName } from './training.ts'

type Shown = ReadonlySignal<Insight | undefined>

export function Answer({ insight: { value } }: { readonly insight: Shown }) {
  if (value === undefined) return <p class="loading">Loading the digits ...</p>
  return (
    <>
      <div class="seen">
        <h2>As seen</h2>
        <PixelsCanvas pixels={value.seen} label="The digit as the networks see it, 28 by 28 pixels" />
        <h2>Grad-CAM</h2>
        <PixelsCanvas pixels={value.cam} label="Where LeNet-5 sees the digit that it says" />
      </div>
      <Probabilities insight={value} />
    </>
  )
}

/** How many test digits are right when they are shifted as the picture is. */
export function Judged({ insight: { value }, shift }: { readonly insight: Shown; readonly shift: string }) {
  if (value === undefined) return null
  const percent = (right: number): string => `${((100 * right) / value.judged).toFixed(1)} %`
  return (
    <p class="judged">
      Of {value.judged} test digits {shift}, LeNet-5 gets <b>{percent(value.right.lenet)}</b> right, the MLP{' '}
      <b>{percent(value.right.mlp)}</b>.
    </p>
  )
}

export function Inside({
  insight: { value },
  network,
}: {
  readonly insight: Shown
  readonly network: Signal<NetworkName>
}) {
  if (value === undefined) return null
  return (
    <section class="inside" aria-label="Inside of a network">
      <Choice label="Look inside" value={network} options={{ lenet: 'LeNet-5', mlp: 'MLP' }} />
      <p class="hint">Red is above 0, blue below, white is 0.</p>
      {[value.filters, ...value.layers].map(({ title, pixels }, i) => (
        <figure key={i}>
          <figcaption>{title}</figcaption>
          <PixelsCanvas pixels={pixels} label={title} />
        </figure>
      ))}
    </section>
  )
}
