/** Settings of the drawn runs side by side. */
import type { Signal } from '@preact/signals'
import { type RecordedRun, settingsOfRuns } from 'gentle-dl/inspect'
import { Choice } from '../../parts/choice.tsx'

export interface SettingsTableProps {
  readonly runs: readonly RecordedRun[]
  readonly which: Signal<'differing' | 'all'>
}

export function SettingsTable({ runs, which }: SettingsTableProps) {
  const all = settingsOfRuns(runs)
  const rows = which.value === 'all' ? all : all.filter(({ differs }) => differs)
  return (
    <section class="run-settings" aria-label="Settings of the runs">
      <h2>Settings</h2>
      <Choice label="Show" value={which} options={{ differing: 'What differs', all: `All ${all.length}` }} />
      {rows.length === 0 ? (
        <p class="hint">
          {all.length === 0
            ? 'These runs tell no settings: they have no run.json.'
            : runs.length === 1
              ? 'There is one run: nothing to compare it with.'
              : 'All settings are the same.'}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <section class="scrolls" aria-label="Table of settings" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {runs.map(({ name }, colour) => (
                  <th key={name} scope="col" class={`colour-${colour}`}>
                    <i /> {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ name, values, differs }) => (
                <tr key={name} class={differs ? 'differs' : ''}>
                  <th scope="row">{name}</th>
                  {values.map((value, i) => (
                    <td key={runs[i].name}>{value ?? '–'}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}
