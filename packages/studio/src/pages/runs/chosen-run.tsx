/** The run whose name was pressed: what it says of the test set, and its pictures. */
import { useSignal } from '@preact/signals'
import type { RecordedRun } from 'gentle-dl/inspect'
import { useEffect } from 'preact/hooks'
import { Notice } from '../../parts/notice.tsx'
import { figure } from './figure.ts'

export interface ChosenRunProps {
  readonly run: RecordedRun
  readonly picture: (run: string, name: string) => Promise<Blob>
}

/** What pictures of the command line show. */
const titles: Readonly<Record<string, string>> = {
  'curves.svg': 'Curves',
  'confusion.svg': 'Confusion matrix of the test set',
  'boundary.svg': 'Decision boundary',
  'predictions.png': 'Test pictures and answers',
  'predictions.svg': 'Predictions of the test set',
  'example.png': 'The first test picture',
  'precision-recall.svg': 'Precision and recall',
  'best.png': 'Best answers',
  'worst.png': 'Worst answers',
  'attention.svg': 'Attention',
  'fit.svg': 'The fitted function',
}

/** How many pictures of a run are shown. */
const mostPictures = 12

function Picture({ name, load }: { readonly name: string; readonly load: () => Promise<Blob> }) {
  const shown = useSignal<{ readonly url?: string; readonly problem?: string }>({})
  useEffect(() => {
    let url: string | undefined
    let isOver = false
    load().then(
      (blob) => {
        if (isOver) return
        url = URL.createObjectURL(blob)
        shown.value = { url }
      },
      (error) => {
        if (!isOver) shown.value = { problem: (error as Error).message }
      },
    )
    return () => {
      isOver = true
      if (url !== undefined) URL.revokeObjectURL(url)
    }
  }, [])
  const title = titles[name] ?? name
  const { url, problem } = shown.value
  if (problem !== undefined) return <Notice kind="warning">{problem}</Notice>
  return (
    <figure>
      {url !== undefined && (
        <img
          src={url}
          alt={title}
          onError={() => {
            shown.value = { problem: `${name} is not a picture that this browser can read.` }
          }}
        />
      )}
      <figcaption>{title}</figcaption>
    </figure>
  )
}

export function ChosenRun({ run, picture }: ChosenRunProps) {
  const { name, test, pictures, changed } = run
  return (
    <section class="chosen-run" aria-label={`The run ${name}`}>
      <h2>{name}</h2>
      <p class="hint">
        {run.finished ? 'Finished' : 'Not finished'}; last written {new Date(changed).toLocaleString('en-GB')}.
      </p>
      {test.size > 0 && (
        <dl>
          {[...test].map(([metric, value]) => (
            <div key={metric}>
              <dt>test {metric}</dt>
              <dd>{figure(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      <div class="pictures">
        {pictures.slice(0, mostPictures).map((each) => (
          <Picture key={`${name} ${each} ${changed}`} name={each} load={() => picture(name, each)} />
        ))}
      </div>
      {pictures.length > mostPictures && (
        <p class="hint">{pictures.length - mostPictures} more pictures are in its folder.</p>
      )}
    </section>
  )
}
