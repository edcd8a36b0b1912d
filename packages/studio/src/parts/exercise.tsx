import { type ReadonlySignal, useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'

export interface Answer {
  readonly right: boolean
  /** What is right or not yet, in a sentence. */
  readonly remark: string
}

/** A question whose answer the page finds in its own state. */
export function Exercise({
  answer,
  children,
}: {
  readonly answer: ReadonlySignal<Answer>
  readonly children: ComponentChildren
}) {
  const checked = useSignal<Answer | undefined>(undefined)
  return (
    <section class="exercise" aria-label="Exercise">
      <h2>Exercise</h2>
      {children}
      <button
        type="button"
        onClick={() => {
          checked.value = answer.value
        }}
      >
        Check
      </button>
      <p role="status" class={checked.value === undefined ? '' : checked.value.right ? 'right' : 'not-yet'}>
        {checked.value !== undefined && `${checked.value.right ? 'Right.' : 'Not yet.'} ${checked.value.remark}`}
      </p>
    </section>
  )
}
