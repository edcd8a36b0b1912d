import { useId } from 'preact/hooks'

export interface CountsProps<Name extends string> {
  readonly label: string
  /** By their names. */
  readonly counts: Readonly<Record<Name, number>>
  readonly max: number
  readonly onChange: (name: Name, count: number) => void
}

/** Small whole numbers from 1 that belong together, such as one for each direction. */
export function Counts<Name extends string>({ label, counts, max, onChange }: CountsProps<Name>) {
  const id = useId()
  return (
    <fieldset class="counts">
      <legend>{label}</legend>
      {(Object.entries(counts) as [Name, number][]).map(([name, count]) => (
        <div key={name}>
          <label for={`${id}-${name}`}>{name}</label>
          <select
            id={`${id}-${name}`}
            value={count}
            onChange={({ currentTarget }) => onChange(name, Number(currentTarget.value))}
          >
            {Array.from({ length: max }, (_, i) => (
              <option key={i} value={i + 1}>
                {i + 1}
              </option>
            ))}
          </select>
        </div>
      ))}
    </fieldset>
  )
}
