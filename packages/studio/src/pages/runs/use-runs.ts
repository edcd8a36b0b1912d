/** All runs of the page: from the server, from files, and trained here. */

import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { proxy, type Remote } from 'comlink'
import type { RecordedRun } from 'gentle-dl/inspect'
import { useEffect } from 'preact/hooks'
import { serverToken } from '../../app/server-token.ts'
import { messageOf } from '../../engine/message-of.ts'
import type { FoundFile } from '../../parts/files-in-entries.ts'
import { type GivenRun, runsIn, textsOf } from './collect.ts'
import type { ExampleSettings } from './examples.ts'
import type { News } from './watch.ts'
import type { RunsWorker } from './worker.ts'

type Named<Value> = ReadonlyMap<string, Value>

/** How the page stands with the server. */
export type Watching =
  | { readonly state: 'off' | 'asking' | 'lost' }
  | { readonly state: 'refused'; readonly problem: string }
  | { readonly state: 'watching'; readonly folder: string; readonly runs: number; readonly more: number }

const withRun = <Value>(map: Named<Value>, name: string, value: Value): Named<Value> => new Map([...map, [name, value]])

const without = <Value>(map: Named<Value>, name: string): Named<Value> =>
  new Map([...map].filter(([each]) => each !== name))

const server = () => ({ base: document.baseURI, token: serverToken.peek() })

export function useRuns(worker: Remote<RunsWorker>, examples: ExampleSettings | undefined) {
  const served = useSignal<Named<RecordedRun>>(new Map())
  const opened = useSignal<Named<{ readonly run: RecordedRun; readonly given: GivenRun }>>(new Map())
  const trained = useSignal<Named<RecordedRun>>(new Map())
  const training = useSignal(false)
  const problems = useSignal<Named<string>>(new Map())
  const watching = useSignal<Watching>({ state: 'off' })
  const complain = (name: string, problem: string): void => {
    problems.value = withRun(problems.peek(), name, problem)
  }

  useSignalEffect(() => {
    const token = serverToken.value
    if (token === '') return
    watching.value = { state: 'asking' }
    const hear = (news: readonly News[]): void => {
      // Of a server that was started before.
      if (token !== serverToken.peek()) return
      for (const each of news)
        if (each.kind === 'run') {
          served.value = withRun(served.peek(), each.run.name, each.run)
          problems.value = without(problems.peek(), each.run.name)
        } else if (each.kind === 'broken') complain(each.name, each.problem)
        else if (each.kind === 'gone') {
          served.value = without(served.peek(), each.name)
          problems.value = without(problems.peek(), each.name)
        } else if (each.kind === 'listed') watching.value = { state: 'watching', ...each }
        else if (each.kind === 'lost') watching.value = { state: 'lost' }
        else watching.value = { state: 'refused', problem: each.problem }
    }
    worker.watch(server(), proxy(hear)).catch((error) => {
      watching.value = { state: 'refused', problem: messageOf(error) }
    })
  })

  const wanted = JSON.stringify(examples ?? null)
  useEffect(() => {
    const settings: ExampleSettings | null = JSON.parse(wanted)
    trained.value = new Map()
    if (settings === null) return
    let isOver = false
    training.value = true
    const report = (run: RecordedRun): void => {
      if (!isOver) trained.value = withRun(trained.peek(), run.name, run)
    }
    worker
      .train(settings, proxy(report))
      .catch((error) => complain('examples', messageOf(error)))
      .finally(() => {
        if (!isOver) training.value = false
      })
    return () => {
      isOver = true
      training.value = false
      void worker.stop()
    }
  }, [wanted])

  /** Opens what was dropped or chosen; a folder that was opened before is read again. */
  const open = async (files: readonly FoundFile[]): Promise<void> => {
    problems.value = new Map()
    let runs: readonly GivenRun[]
    try {
      runs = runsIn(files)
    } catch (error) {
      return complain('', messageOf(error))
    }
    for (const given of runs)
      try {
        // The server's run of the same name is another one.
        const name = served.peek().has(given.name) ? `${given.name} (opened)` : given.name
        const run = await worker.read({ ...(await textsOf(given)), name })
        opened.value = withRun(opened.peek(), name, { run, given })
      } catch (error) {
        complain(given.name, messageOf(error))
      }
  }

  const all = useComputed(() => [
    ...[...served.value.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...[...opened.value.values()].map(({ run }) => run),
    ...trained.value.values(),
  ])
  return {
    all,
    openedNames: useComputed(() => new Set(opened.value.keys())),
    training,
    watching,
    problems: useComputed(() => [...problems.value.values()]),
    open,
    forgetProblems: (): void => {
      problems.value = new Map()
    },
    close: (name: string): void => {
      opened.value = without(opened.peek(), name)
    },
    stopTraining: (): void => void worker.stop(),
    /** A picture of a run, as its files have it. */
    picture: async (run: string, name: string): Promise<Blob> => {
      const file = opened.peek().get(run)?.given.pictures.get(name)
      if (file === undefined) return worker.picture(server(), run, name)
      // A picture in an element shows what its type says.
      return new Blob([await file.arrayBuffer()], { type: name.endsWith('.svg') ? 'image/svg+xml' : 'image/png' })
    },
  }
}
