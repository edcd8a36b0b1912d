import type { Signal } from '@preact/signals'

/** Something that is on or off. */
export function Toggle({ label, value }: { readonly label: string; readonly value: Signal<boolean> }) {
  return (
    <label class="toggle">
      <input
        type="checkbox"
        checked={value.value}
        onChange={({ currentTarget }) => {
          value.value = currentTarget.checked
        }}
      />
      <span>{label}</span>
    </label>
  )
}
