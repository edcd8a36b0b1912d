import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Backend, Feed } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { compare } from '../../../src/backends/wasm/wide-vectors/known-answers.ts'
import { mayJoinVectors } from '../../../src/backends/wasm/wide-vectors/may-join.ts'
import { areWideVectorsBetter, type OpenBackend } from '../../../src/backends/wasm/wide-vectors/verdict.ts'

const open: OpenBackend = (wideVectors) => wasm({ threads: 1, wideVectors })

/** A backend that computes some results wrong by a thousandth. */
function slightlyWrong(backend: Backend, isWrong: (elements: number) => boolean): Backend {
  return Object.assign(Object.create(backend) as Backend, {
    compile: async (graph: Parameters<Backend['compile']>[0]) => {
      const program = await backend.compile(graph)
      return {
        ...program,
        run: async (feed: Feed) => {
          const { result } = await program.run(feed)
          return {
            result: isWrong(result.data.length) ? { ...result, data: result.data.map((y) => y * 1.001) } : result,
          }
        },
      }
    },
    read: (variable: Parameters<Backend['read']>[0]) => backend.read(variable),
    release: (variables: Parameters<Backend['release']>[0]) => backend.release(variables),
    close: () => backend.close(),
  })
}

// Only there is anything to compare.
describe.skipIf(!mayJoinVectors())('vectors of 256 bits', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gentle-wide-vectors-'))
    vi.stubEnv('GENTLE_CACHE', folder)
    vi.stubEnv('GENTLE_WIDE', undefined)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
  const kept = (): { of: string; wide: boolean } => JSON.parse(readFileSync(join(folder, 'wide-vectors.json'), 'utf8'))

  it('are compared with those of 128 bits for each family of kernels', async () => {
    const backends = await Promise.all([open(false), open(true)])
    const { wrong, speedup } = await compare(...(backends as [Backend, Backend]))
    expect(wrong).toBeUndefined()
    expect(speedup).toBeGreaterThan(0)
    expect(
      (
        await compare(
          backends[0],
          slightlyWrong(backends[1], (elements) => elements === 10),
        )
      ).wrong,
    ).toBe('prediction for one image')
    await Promise.all(backends.map((backend) => backend.close()))
  })

  it('are not used where they compute something else, and a warning says so', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const wrong: OpenBackend = async (wide) => (wide ? slightlyWrong(await open(true), () => true) : open(false))
    expect(await areWideVectorsBetter(wrong)).toBe(false)
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^vectors of 256 bits give wrong results here \(training of a convolutional network\)/),
      'GentleWarning',
    )
    expect(kept().wide).toBe(false)
    warn.mockRestore()
  })

  it('are checked once per machine and version, and again when either changes', async () => {
    const opened = vi.fn(open)
    const first = await areWideVectorsBetter(opened)
    expect(opened).toHaveBeenCalledTimes(2)
    const machine = kept().of
    expect(machine).toContain(process.versions.v8)

    expect(await areWideVectorsBetter(opened)).toBe(first)
    expect(opened).toHaveBeenCalledTimes(2)

    writeFileSync(join(folder, 'wide-vectors.json'), JSON.stringify({ of: `${machine} before`, wide: first }))
    await areWideVectorsBetter(opened)
    expect(opened).toHaveBeenCalledTimes(4)
    expect(kept().of).toBe(machine)
  })

  it('are checked anew where the cache is broken or cannot be written', async () => {
    writeFileSync(join(folder, 'wide-vectors.json'), '{"of": ')
    const opened = vi.fn(open)
    await areWideVectorsBetter(opened)
    expect(opened).toHaveBeenCalledTimes(2)
    expect(kept().of).toContain('gentle')

    writeFileSync(join(folder, 'file'), '')
    vi.stubEnv('GENTLE_CACHE', join(folder, 'file', 'below'))
    await areWideVectorsBetter(opened)
    expect(opened).toHaveBeenCalledTimes(4)
    expect(existsSync(join(folder, 'file', 'below'))).toBe(false)
  })

  it('are off where the environment says GENTLE_WIDE=0, and where a program says so', async () => {
    vi.stubEnv('GENTLE_WIDE', '0')
    const opened = vi.fn(open)
    expect(await areWideVectorsBetter(opened)).toBe(false)
    expect(opened).not.toHaveBeenCalled()
    const backend = await wasm({ threads: 1, wideVectors: false })
    expect(backend.arithmetic).toMatch(/^vectors of 128 bits/)
    await backend.close()
  })
})
