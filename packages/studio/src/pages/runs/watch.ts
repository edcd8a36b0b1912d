/** Listens to the studio's server, which tells of runs while they are written. */
import { type RecordedRun, RunError, type RunTexts, readRun } from 'gentle-dl/inspect'

/** What a page is told. */
export type News =
  | { readonly kind: 'run'; readonly run: RecordedRun }
  /** A run that cannot be read, or parts of it. */
  | { readonly kind: 'broken'; readonly name: string; readonly problem: string }
  | { readonly kind: 'gone'; readonly name: string }
  | { readonly kind: 'listed'; readonly folder: string; readonly runs: number; readonly more: number }
  /** The server does not answer; it is asked again. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly problem: string }

interface ServerEvent {
  readonly event: string
  readonly data: string
}

/** Events of a stream of bytes, as they come. */
export async function* serverEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const fieldOf = (field: string): string | undefined =>
        lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2)
      const [event, data] = [fieldOf('event'), fieldOf('data')]
      if (event !== undefined && data !== undefined) yield { event, data }
    }
  }
}

/** The name of a run by its path below the folder that is served. */
const nameOf = (path: string): string => (path === '' ? 'the folder itself' : path)

/** What an event tells; two things of a run of which a part cannot be read. */
export function newsOf({ event, data }: ServerEvent): readonly News[] {
  const told = JSON.parse(data)
  if (event === 'gone') return [{ kind: 'gone', name: nameOf(told.path) }]
  if (event === 'listed') return [{ kind: 'listed', folder: told.folder, runs: told.runs, more: told.more }]
  if (event === 'problem') return [{ kind: 'refused', problem: told.message }]
  if (event !== 'run') return []
  const name = nameOf(told.path)
  const broken = (told.problems as string[]).map((problem): News => ({ kind: 'broken', name, problem }))
  try {
    return [{ kind: 'run', run: readRun({ ...(told as RunTexts), name }) }, ...broken]
  } catch (error) {
    if (!(error instanceof RunError)) throw error
    return [...broken, { kind: 'broken', name, problem: error.message }]
  }
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Reads a stream in browsers that cannot be asked for its parts in a loop. */
async function* partsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

export interface Server {
  /** The address of the studio's files. */
  readonly base: string
  readonly token: string
}

const asked = ({ base, token }: Server, path: string): Promise<Response> =>
  fetch(new URL(path, base), { headers: { Authorization: `Bearer ${token}` }, cache: 'no-store' })

/** Tells of all runs and what becomes of them, as long as the worker is there; when the server is started again, all is told again. */
export async function watchRuns(server: Server, report: (news: readonly News[]) => void): Promise<void> {
  for (;;) {
    try {
      const response = await asked(server, 'api/runs/events')
      const isStream = response.headers.get('content-type') === 'text/event-stream'
      if (!isStream || response.body === null) {
        const problem =
          response.status === 401
            ? 'The server was started anew, with another token: open the address that gentle studio printed.'
            : 'This server shows no runs: it was started without --runs.'
        return report([{ kind: 'refused', problem }])
      }
      for await (const event of serverEvents(partsOf(response.body))) {
        const news = newsOf(event)
        report(news)
        if (news.some(({ kind }) => kind === 'refused')) return
      }
    } catch {
      // It was stopped, or the machine slept.
    }
    report([{ kind: 'lost' }])
    await wait(2000)
  }
}

/** A picture of a run. @throws RunError where it is not there any more. */
export async function servedPicture(server: Server, path: string, name: string): Promise<Blob> {
  const run = path === nameOf('') ? '' : path
  const response = await asked(server, `api/runs/picture?${new URLSearchParams({ run, name })}`)
  if (!response.ok)
    throw new RunError(`${path}/${name} cannot be shown: ${(await response.text()).trim().slice(0, 200)}`)
  return response.blob()
}
