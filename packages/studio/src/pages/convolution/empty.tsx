import type { Source } from './picture-choice.tsx'

/** What is shown where there is no picture yet. */
export function Empty({ source }: { readonly source: Source }) {
  return (
    <div class="no-picture">
      {source === 'own' ? (
        <p>
          Drop a picture here, paste one, or choose a file. It stays on this machine: a link to this page does not hold
          it.
        </p>
      ) : source === 'webcam' ? (
        <p>Start the webcam to filter what it sees. Its pictures stay on this machine.</p>
      ) : (
        <p>Loading the picture ...</p>
      )}
    </div>
  )
}
