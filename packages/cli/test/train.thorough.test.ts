import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, gentleProcess, main, smallIdxSet, temporaryFolder } from './command.ts'

const folder = smallIdxSet()
const train = ['train', 'lenet5', '--data', `idx:${folder}`, '--epochs', '2', '--batch-size', '20', '--threads', '2']

describe('gentle train as a process', () => {
  it('finishes the step at an interrupt, keeps everything, and goes on to the same result', async () => {
    const [stopped, whole] = [join(temporaryFolder(), 'stopped'), join(temporaryFolder(), 'whole')]
    const long = ['train', 'lenet5', '--data', `idx:${folder}`, '--epochs', '30', '--batch-size', '10']
    const cut = await gentleProcess([...long, '--run-dir', stopped], {
      onNote: (text, kill) => {
        if (text.includes('epoch  2/30')) kill('SIGINT')
      },
    })
    expect(cut.code).toBe(130)
    expect(cut.stderr).toContain(`npx gentle train --resume ${stopped}`)
    expect((await gentle(['train', '--resume', stopped, '--quiet'])).code).toBe(0)
    expect((await gentle([...long, '--run-dir', whole, '--quiet'])).code).toBe(0)
    for (const weights of ['weights/last.safetensors', 'weights/best.safetensors'])
      expect(readFileSync(join(stopped, weights)).equals(readFileSync(join(whole, weights)))).toBe(true)
    const epochs = (place: string): string[] =>
      readFileSync(join(place, 'metrics.csv'), 'utf8')
        .split('\n')
        .map((row) => row.split(',')[0])
    expect(epochs(stopped)).toEqual(epochs(whole))
    const dots = (place: string) => readFileSync(join(place, 'curves.svg'), 'utf8').match(/[\d.]+,[\d.]+/g)
    expect(dots(stopped)).toHaveLength(4 * 30)
    expect(dots(whole)).toHaveLength(4 * 30)
  })

  it('stops after an epoch that is told, on the schedule of all, and goes on to the same result', async () => {
    const [stopped, whole] = [join(temporaryFolder(), 'stopped'), join(temporaryFolder(), 'whole')]
    const four = ['train', 'lenet5', '--data', `idx:${folder}`, '--epochs', '4', '--batch-size', '20']
    const first = await gentle([...four, '--stop-after', '2', '--run-dir', stopped])
    expect(first.code).toBe(0)
    expect(first.stderr).toMatch(/stopped after epoch 2; the run is saved in .*\n {2}npx gentle train --resume /)
    expect(existsSync(join(stopped, 'summary.json'))).toBe(false)
    const rows = (place: string): number =>
      readFileSync(join(place, 'metrics.csv'), 'utf8').trimEnd().split('\n').length - 1
    expect(rows(stopped)).toBe(2)
    const again = await gentle(['train', '--resume', stopped, '--stop-after', '1'])
    expect([again.code, rows(stopped)]).toEqual([0, 2])
    expect((await gentle(['train', '--resume', stopped, '--stop-after', '9', '--quiet'])).code).toBe(0)
    expect((await gentle([...four, '--run-dir', whole, '--quiet'])).code).toBe(0)
    for (const weights of ['weights/last.safetensors', 'weights/best.safetensors'])
      expect(readFileSync(join(stopped, weights)).equals(readFileSync(join(whole, weights)))).toBe(true)
  })

  it('makes the same files, to the byte, of the same training elsewhere, on another number of threads', async () => {
    const elsewhere = join(temporaryFolder(), basename(folder))
    cpSync(folder, elsewhere, { recursive: true })
    const files = ['best', 'last'].map((which) => `weights/${which}.safetensors`)
    const trained = async (data: string, threads: string): Promise<Buffer[]> => {
      const run = join(temporaryFolder(), `run-${threads}`)
      const more = ['--data', `idx:${data}`, '--threads', threads, '--run-dir', run, '--quiet']
      expect((await gentleProcess(['train', 'lenet5', '--epochs', '2', '--batch-size', '20', ...more])).code).toBe(0)
      return files.map((file) => readFileSync(join(run, file)))
    }
    const [first, second] = [await trained(folder, '1'), await trained(elsewhere, '2')]
    for (const [i, bytes] of first.entries()) expect(bytes.equals(second[i])).toBe(true)
  })

  it('takes two interrupts at once, as npm and a terminal send them, for one', async () => {
    const stopped = join(temporaryFolder(), 'stopped')
    const { code, stderr } = await gentleProcess([...train, '--epochs', '5000', '--run-dir', stopped], {
      onNote(text, kill) {
        if (!text.includes('epoch    1/')) return
        kill('SIGINT')
        kill('SIGTERM')
      },
    })
    expect(code).toBe(130)
    expect(stderr).toContain('--resume')
    expect(existsSync(join(stopped, 'weights/progress.safetensors'))).toBe(true)
  })

  it('prints commands that work as they are, whatever the folders are called', async () => {
    const strange = join(temporaryFolder(), "it's a run")
    const { stdout } = await gentle([...train, '--epochs', '1', '--run-dir', strange])
    const [predict] = stdout.match(/(?<=npx gentle )predict .*/) ?? []
    const shell = spawnSync('sh', ['-c', `"$0" "$1" ${predict}`, process.execPath, main], { encoding: 'utf8' })
    expect(shell.stderr).toBe('')
    expect(shell.stdout).toContain('example.png')
  })
})
