import { pages } from './pages.ts'

/** The first page: all others, each with what one does there. */
export function Overview() {
  return (
    <div class="overview">
      <h1>A gentle introduction to deep learning</h1>
      <p class="lead">
        The lecture as pages that compute. Everything runs in this browser, on the same engine that the command line and
        programs use; nothing that you draw, open or train leaves this machine.
      </p>
      <ol class="cards">
        {pages.map(({ name, title, summary }, i) => (
          <li key={name}>
            <a href={`#/${name}`}>
              <span class="number">{i + 1}</span>
              <strong>{title}</strong>
              <span>{summary}</span>
            </a>
          </li>
        ))}
      </ol>
    </div>
  )
}
