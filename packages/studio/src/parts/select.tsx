import { useId } from 'preact/hooks'
import type { ChoiceProps } from './choice.tsx'

/** One of many, in a list that opens. */
export function Select<Name extends string>({ label, value, options, disabled }: ChoiceProps<Name>) {
  const id = useId()
  return (
    <div class="select">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value.value}
        disabled={disabled}
        onChange={({ currentTarget }) => {
          value.value = currentTarget.value as Name
        }}
      >
        {(Object.entries(options) as [Name, string][]).map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
