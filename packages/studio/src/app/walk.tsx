import { signal } from '@preact/signals'
import { address } from './address.ts'
import { pages } from './pages.ts'
import { view } from './preferences.ts'

const notesShown = signal(false)

/** The way from page to page in order; before a class with the teacher's notes. */
export function Walk() {
  const at = pages.findIndex(({ name }) => name === address.value.page)
  if (at < 0) return null
  const [before, after] = [pages[at - 1], pages[at + 1]]
  return (
    <footer class="walk">
      {view.value === 'class' && notesShown.value && (
        <ul class="notes">
          {pages[at].notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <nav aria-label="The walk through the pages">
        {before === undefined ? <span /> : <a href={`#/${before.name}`}>← {before.title}</a>}
        {view.value === 'class' && (
          <button
            type="button"
            aria-pressed={notesShown.value}
            onClick={() => {
              notesShown.value = !notesShown.value
            }}
          >
            Notes
          </button>
        )}
        {after === undefined ? <span /> : <a href={`#/${after.name}`}>{after.title} →</a>}
      </nav>
    </footer>
  )
}
