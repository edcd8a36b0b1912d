/** Whether vectors of 256 bits are used where nobody says so: found out once per machine and engine, and kept in the cache folder. */
import { keep, readKept } from '../../../core/kept-file.ts'
import { version } from '../../../core/version.ts'
import type { Backend } from '../../backend.ts'

/** Opens a backend of one thread with vectors of 256 bits or of 128. */
export type OpenBackend = (wideVectors: boolean) => Promise<Backend>

interface Verdict {
  /** The machine and the engine that it is for. */
  readonly of: string
  readonly wide: boolean
}

/**
 * Graphs as small as those of the check are 1.02 (Node 24) to 1.4 times as fast where V8 joins their vectors, larger ones up to 1.9 times; where the
 * processor has no AVX2, so that it does not, the small ones are 0.72 times as fast.
 */
const leastSpeedup = 0.9

const verdictFile = 'wide-vectors.json'

/** What the verdict depends on; Deno and Bun name a version of Node, too. */
function thisMachine(): string {
  const { node, v8, deno, bun } = process.versions
  const processor = process.getBuiltinModule('node:os').cpus()[0]?.model
  return JSON.stringify({ gentle: version, node, v8, deno, bun, processor })
}

/** Whether they compute what vectors of 128 bits compute, and are faster. The first time on a machine this takes some 0.3 s. */
export async function areWideVectorsBetter(open: OpenBackend): Promise<boolean> {
  if (process.env['GENTLE_WIDE'] === '0') return false
  const machine = thisMachine()
  const kept = keptVerdict()
  if (kept?.of === machine) return kept.wide
  const wide = await isBetter(open)
  // A folder that cannot be written costs the check at each start.
  keep(verdictFile, `${JSON.stringify({ of: machine, wide })}\n`)
  return wide
}

async function isBetter(open: OpenBackend): Promise<boolean> {
  const { compare } = await import('./known-answers.ts')
  const [narrow, wide] = await Promise.all([open(false), open(true)])
  try {
    const { wrong, speedup } = await compare(narrow, wide)
    if (wrong !== undefined)
      process.emitWarning(
        `vectors of 256 bits give wrong results here (${wrong}), so vectors of 128 bits are used, about half as fast; please report it with your processor and version of Node`,
        'GentleWarning',
      )
    return wrong === undefined && speedup >= leastSpeedup
  } finally {
    await Promise.all([narrow.close(), wide.close()])
  }
}

function keptVerdict(): Verdict | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(readKept(verdictFile)))
  } catch {
    // It is not there, or not whole: it is found out again.
    return undefined
  }
}
