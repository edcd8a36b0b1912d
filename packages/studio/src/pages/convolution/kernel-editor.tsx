/** A table of weights that are written into it. */
import { type Signal, useSignal } from '@preact/signals'
import { parseWeight, type Rows } from './kernel.ts'
import { written } from './number.ts'

/** As many digits as there is room for, and no zero before the point where there is little. */
function short(value: number, columns: number): string {
  if (Number.isInteger(value)) return written(value)
  const digits = columns <= 3 ? 4 : columns <= 5 ? 3 : 2
  const text = written(Number(value.toFixed(digits)), digits)
  if (Number(value.toFixed(digits)) === 0) return '≈0'
  return columns <= 3 ? text : text.replace(/^(−?)0\./, '$1.')
}

const withWeight = (kernel: Rows, row: number, column: number, weight: number): Rows =>
  kernel.map((old, i) => (i === row ? old.map((other, j) => (j === column ? weight : other)) : old))

interface Edited {
  readonly kernel: Rows
  readonly row: number
  readonly column: number
  readonly text: string
}

export function KernelEditor({ kernel }: { readonly kernel: Signal<Rows> }) {
  // What is being written into a weight of `kernel`, which may not be a number yet. One that is none stays when the field is left: a message that vanished then would
  // move all below it away from the pointer.
  const edited = useSignal<Edited | undefined>(undefined)
  const columns = kernel.value[0].length
  const reach = Math.max(...kernel.value.flat().map(Math.abs)) || 1
  const current = edited.value?.kernel === kernel.value ? edited.value : undefined
  const problem =
    current !== undefined && parseWeight(current.text) === undefined
      ? `‘${current.text.slice(0, 20)}’ is not a number such as −1, 0.5 or 1/9; the weight stays ${written(kernel.value[current.row][current.column])}.`
      : ''
  return (
    <>
      <div
        class={`kernel-editor columns-${columns}`}
        role="group"
        aria-label={`Kernel, ${kernel.value.length} × ${columns}`}
        style={{ '--columns': columns }}
      >
        {kernel.value.map((weights, row) =>
          weights.map((weight, column) => {
            const isEdited = current?.row === row && current.column === column
            return (
              <input
                key={`${row} ${column}`}
                type="text"
                inputMode="text"
                autocomplete="off"
                class={weight < 0 ? 'negative' : 'positive'}
                style={{ '--share': Math.abs(weight) / reach }}
                aria-label={`Weight in row ${row + 1}, column ${column + 1}`}
                aria-invalid={isEdited && problem !== ''}
                title={String(weight)}
                value={isEdited ? current.text : short(weight, columns)}
                onFocus={({ currentTarget }) => {
                  if (isEdited) return
                  edited.value = { kernel: kernel.value, row, column, text: String(weight) }
                  currentTarget.value = String(weight)
                  currentTarget.select()
                }}
                onBlur={() => {
                  if (problem === '') edited.value = undefined
                }}
                onInput={({ currentTarget: { value: text } }) => {
                  const value = parseWeight(text)
                  const next = value === undefined ? kernel.value : withWeight(kernel.value, row, column, value)
                  edited.value = { kernel: next, row, column, text }
                  kernel.value = next
                }}
              />
            )
          }),
        )}
      </div>
      <p class="problem" role="status">
        {problem}
      </p>
    </>
  )
}
