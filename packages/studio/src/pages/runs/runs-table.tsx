/** All runs: which are drawn, how far they are, and their best. */
import type { Signal } from '@preact/signals'
import { bestOfRun, type RecordedRun } from 'gentle-dl/inspect'
import { Icon } from '../../parts/icon.tsx'
import { winnerOf } from './compare.ts'
import { figure } from './figure.ts'

export interface RunsTableProps {
  readonly runs: readonly RecordedRun[]
  /** Those that are drawn, by the numbers of their colours. */
  readonly shown: readonly RecordedRun[]
  readonly metric: string
  readonly hidden: Signal<readonly string[]>
  readonly chosen: Signal<string>
  /** Those that can be closed. */
  readonly closable: ReadonlySet<string>
  readonly onClose: (name: string) => void
}

/** How many epochs a run has, and shall have. */
const epochsOf = ({ epochs, planned }: RecordedRun): string =>
  `${epochs.at(-1) ?? 0}${planned === undefined ? '' : ` of ${planned}`}`

export function RunsTable({ runs, shown, metric, hidden, chosen, closable, onClose }: RunsTableProps) {
  const winner = winnerOf(shown, metric)
  const tested = runs.some(({ test }) => test.has(metric))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scrolls runs-table" aria-label="Runs" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Drawn</span>
            </th>
            <th scope="col">Run</th>
            <th scope="col">Epochs</th>
            <th scope="col">Best {metric}</th>
            <th scope="col">in epoch</th>
            <th scope="col">training</th>
            {tested && <th scope="col">Test</th>}
            <th scope="col">Examples/s</th>
            <th scope="col">Seconds</th>
            {closable.size > 0 && (
              <th scope="col">
                <span class="unseen">Close</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const { name, settings, seconds, examplesPerSecond, test } = run
            const colour = shown.indexOf(run)
            const best = bestOfRun(run, metric)
            return (
              <tr key={name} class={`${colour < 0 ? '' : `colour-${colour}`} ${chosen.value === name ? 'chosen' : ''}`}>
                <td>
                  <label class="drawn">
                    <input
                      type="checkbox"
                      checked={!hidden.value.includes(name)}
                      aria-label={`Draw ${name}`}
                      onChange={({ currentTarget }) => {
                        const others = hidden.value.filter((each) => each !== name)
                        hidden.value = currentTarget.checked ? others : [...others, name]
                      }}
                    />
                    <i />
                  </label>
                </td>
                <th scope="row">
                  <button
                    type="button"
                    aria-pressed={chosen.value === name}
                    onClick={() => {
                      chosen.value = chosen.value === name ? '' : name
                    }}
                  >
                    {name}
                  </button>
                  {settings.has('model') && (
                    <small>
                      {settings.get('model')} on {settings.get('data') ?? 'data that is not told'}
                    </small>
                  )}
                </th>
                <td>
                  {epochsOf(run)}
                  <small>{run.finished ? 'finished' : 'not finished'}</small>
                </td>
                <td>
                  {figure(best?.value)}
                  {run === winner && <b class="best"> best</b>}
                  {best?.part === 'train' && <small>of training</small>}
                </td>
                <td>{best?.epoch ?? ''}</td>
                <td>{best?.part === 'validation' ? figure(best.train) : ''}</td>
                {tested && <td>{figure(test.get(metric))}</td>}
                <td>{figure(examplesPerSecond.at(-1), 0)}</td>
                <td>{figure(seconds.at(-1), 1)}</td>
                {closable.size > 0 && (
                  <td>
                    {closable.has(name) && (
                      <button type="button" title={`Close ${name}`} onClick={() => onClose(name)}>
                        <Icon name="remove" />
                        <span class="unseen">Close {name}</span>
                      </button>
                    )}
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
