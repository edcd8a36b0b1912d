import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { StorageError } from '../../src/core/errors.ts'
import { RunFolder } from '../../src/train/run-folder.ts'
import { storageError, writeWhole } from '../../src/train/whole-file.ts'

const folder = fs.mkdtempSync(join(tmpdir(), 'gentle-whole-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A disk with so many bytes of room, which takes at most 3 at once, and a list of what was asked of it. */
function disk(room = Number.POSITIVE_INFINITY) {
  const calls: string[] = []
  const system = {
    ...fs,
    writeSync(file: number, piece: Uint8Array, at: number, length: number): number {
      const taken = Math.min(3, length, room)
      room -= taken
      if (taken === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      return fs.writeSync(file, piece, at, taken)
    },
    fsyncSync(file: number): void {
      calls.push(fs.fstatSync(file).isDirectory() ? 'sync folder' : 'sync file')
      fs.fsyncSync(file)
    },
    renameSync(from: string, to: string): void {
      calls.push('rename')
      fs.renameSync(from, to)
    },
  }
  return { calls, system: system as unknown as typeof fs }
}

test('pieces are written one behind the other, synced, renamed, and the folder synced', () => {
  const path = join(folder, 'synced')
  const { calls, system } = disk()
  writeWhole(system, path, [bytes('one, '), bytes(''), bytes('two')], true)
  expect(fs.readFileSync(path, 'utf8')).toBe('one, two')
  expect(calls).toEqual(['sync file', 'rename', 'sync folder'])
  const unsynced = disk()
  writeWhole(unsynced.system, path, [bytes('three')], false)
  expect(unsynced.calls).toEqual(['rename'])
})

test.each([0, 1, 7])('a disk that is full after %i bytes keeps the file before, and nothing beside it', (room) => {
  const path = join(folder, 'full')
  fs.writeFileSync(path, 'before')
  expect(() => writeWhole(disk(room).system, path, [bytes('12345'), bytes('6789')], true)).toThrow('ENOSPC')
  expect(fs.readFileSync(path, 'utf8')).toBe('before')
  expect(fs.existsSync(`${path}.part`)).toBe(false)
})

test('an error of the disk names the file and the way on', () => {
  const full = storageError('runs/a/weights/last.safetensors', Object.assign(new Error('x'), { code: 'ENOSPC' }))
  expect(full).toBeInstanceOf(StorageError)
  expect(full.message).toBe(
    'runs/a/weights/last.safetensors could not be written: no space is left on the disk; free some (ENOSPC); what it held before is kept',
  )
  const run = RunFolder.create(join(folder, 'run'))
  fs.rmSync(run.path, { recursive: true })
  expect(() => run.write('metrics.csv', '')).toThrow(/metrics\.csv could not be written: its folder is not there/)
})
