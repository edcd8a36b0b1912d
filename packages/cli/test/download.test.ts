import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ArgumentError } from 'gentle-dl'
import { cacheFolder } from 'gentle-dl/cache'
import { packTar } from 'modern-tar'
import { describe, expect, it, vi } from 'vitest'
import { fileNameOf, publishedData, publishedWeights } from '../src/fetch/catalogue.ts'
import { obtainData } from '../src/fetch/data-sets.ts'
import { type DownloadOptions, download } from '../src/fetch/download.ts'
import { obtain } from '../src/fetch/obtain.ts'
import { temporaryFolder } from './command.ts'
import { type Misbehaviour, standIn } from './stand-in-server.ts'

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 5)
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const published = { address: 'https://example.org/files/digits.bin', sha256: digestOf(content) }
const quick: DownloadOptions = { patience: 1 }

/** Downloads the file from a stand-in to a new folder. */
async function downloaded(behaviour: Misbehaviour = {}, file: object = {}, before?: Uint8Array) {
  const { address, ranges } = await standIn({ 'digits.bin': content }, behaviour)
  const path = join(temporaryFolder(), 'digits.bin')
  if (before !== undefined) writeFileSync(`${path}.part`, before)
  const outcome = download({ ...published, ...file }, path, { ...quick, mirror: address })
  const error = await outcome.then(
    () => undefined,
    (reason: Error) => reason.message,
  )
  const right = existsSync(path) && readFileSync(path).equals(content)
  return { error, right, ranges, path, address }
}

describe('a download', () => {
  it('comes whole, is checked, and leaves nothing else', async () => {
    const { right, ranges, path } = await downloaded({}, { bytes: content.length })
    expect(right).toBe(true)
    expect(ranges).toEqual([''])
    expect(readdirSync(join(path, '..'))).toEqual(['digits.bin'])
  })

  it('goes on where the connection was cut', async () => {
    const { right, ranges } = await downloaded({ cuts: [100_000, 50_000] })
    expect(right).toBe(true)
    expect(ranges).toEqual(['', 'bytes=100000-', 'bytes=150000-'])
  })

  it('goes on where the connection was cut of an answer without a length', async () => {
    const { right, ranges } = await downloaded({ cuts: [100_000], chunked: true })
    expect(right).toBe(true)
    expect(ranges).toEqual(['', 'bytes=100000-'])
  })

  it('goes on with what an earlier run has left', async () => {
    const { right, ranges } = await downloaded({}, {}, content.subarray(0, 123))
    expect(right).toBe(true)
    expect(ranges).toEqual(['bytes=123-'])
  })

  it('takes all that an earlier run has left, where only the check was missing', async () => {
    expect(await downloaded({}, {}, content)).toMatchObject({ right: true, ranges: [`bytes=${content.length}-`] })
    expect(await downloaded({}, { bytes: content.length }, content)).toMatchObject({ right: true, ranges: [] })
  })

  it('begins anew where a server knows no ranges', async () => {
    const { right, ranges } = await downloaded({ cuts: [100_000], withoutRanges: true })
    expect(right).toBe(true)
    expect(ranges).toEqual(['', 'bytes=100000-'])
  })

  it('begins anew where what an earlier run has left is of another file, or too long', async () => {
    expect(await downloaded({}, {}, new Uint8Array(500))).toMatchObject({ right: true, ranges: ['bytes=500-', ''] })
    const { right, ranges } = await downloaded({}, {}, new Uint8Array(content.length + 1))
    expect(right).toBe(true)
    expect(ranges).toEqual([`bytes=${content.length + 1}-`, ''])
  })

  it('is tried again where a server is busy, and not where no such file', async () => {
    expect(await downloaded({ statuses: [503, 503] })).toMatchObject({ right: true })
    const { error, ranges } = await downloaded({ statuses: [404] })
    expect(error).toMatch(/^127\.0\.0\.1:\d+ answers 404 Not Found$/)
    expect(ranges).toHaveLength(1)
  })

  it('gives up in the end, and keeps what has arrived', async () => {
    const { error, path } = await downloaded({ cuts: [1000, 0, 0, 0, 0, 0, 0] })
    expect(error).toMatch(/the connection to 127\.0\.0\.1:\d+ was cut/)
    expect(readFileSync(`${path}.part`)).toHaveLength(1000)
    expect(readdirSync(join(path, '..'))).toEqual(['digits.bin.part'])
  })

  it('is refused where its digest is another, by whatever is known of that', async () => {
    const { error, path } = await downloaded({}, { sha256: digestOf(new Uint8Array(1)) })
    expect(error).toMatch(/is not the published file: its SHA-256 is not [0-9a-f]{64}$/)
    expect(readdirSync(join(path, '..'))).toEqual([])
    expect((await downloaded({}, { sha256: '01234567' })).error).toMatch(/its SHA-256 is not 01234567$/)
    expect((await downloaded({}, { sha256: published.sha256.slice(0, 8) })).right).toBe(true)
  })

  it('is refused before it arrives where it has another length, or is a web page', async () => {
    expect((await downloaded({}, { bytes: 7 })).error).toMatch(/it has 300000 bytes, not 7$/)
    expect((await downloaded({ type: 'text/html' })).error).toMatch(/answers with a web page/)
  })

  it('says that nobody is there', async () => {
    const path = join(temporaryFolder(), 'digits.bin')
    const { address, close } = await standIn({})
    close()
    await expect(download(published, path, { ...quick, mirror: address })).rejects.toThrow(
      /^127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)$/,
    )
  })

  it('stops where it is told to, and keeps what has arrived', async () => {
    const { address } = await standIn({ 'digits.bin': content })
    const path = join(temporaryFolder(), 'digits.bin')
    const abort = new AbortController()
    const stopped = download(published, path, {
      mirror: address,
      signal: abort.signal,
      onProgress: (done) => done > 0 && abort.abort(),
    })
    await expect(stopped).rejects.toThrow('interrupted')
    expect(existsSync(`${path}.part`)).toBe(true)
    expect(existsSync(path)).toBe(false)
  })

  it('is not begun while another process is at it, and takes over from one that is gone', async () => {
    const path = join(temporaryFolder(), 'digits.bin')
    writeFileSync(`${path}.lock`, String(process.ppid))
    const { address } = await standIn({ 'digits.bin': content })
    await expect(download(published, path, { mirror: address })).rejects.toThrow(/process \d+ is downloading it/)
    writeFileSync(`${path}.lock`, '999999999')
    await download(published, path, { mirror: address })
    expect(readdirSync(join(path, '..'))).toEqual(['digits.bin'])
  })

  it.skipIf(!existsSync('/dev/full'))('says that there is no space left', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'digits.bin')
    symlinkSync('/dev/full', `${path}.part`)
    const { address } = await standIn({ 'digits.bin': content })
    await expect(download(published, path, { mirror: address })).rejects.toThrow(
      `there is no space left in ${folder}; free some, or name another folder as GENTLE_CACHE`,
    )
  })
})

describe('a published file', () => {
  const file = { ...published, address: 'http://127.0.0.1:1/digits.bin' }

  it('that cannot be downloaded is told in one line: which, from where, and where to put it', async () => {
    const path = join(temporaryFolder(), 'digits.bin')
    const { address } = await standIn({})
    const failing = obtain([{ file: published, path }], { mirror: address, quiet: true })
    await expect(failing).rejects.toThrow(
      new RegExp(
        `^digits\\.bin was not downloaded: 127\\.0\\.0\\.1:\\d+ answers 404 Not Found; download ${published.address} elsewhere and save it as ${path}$`,
      ),
    )
  })

  it('that was put into its place by hand is checked, and taken', async () => {
    const path = join(temporaryFolder(), 'digits.bin')
    writeFileSync(path, content)
    await obtain([{ file, path }], { quiet: true })
    writeFileSync(path, content.subarray(1))
    await expect(obtain([{ file, path }], { quiet: true })).rejects.toThrow(
      /digits\.bin is not the published file: its SHA-256 begins with [0-9a-f]{8}, not with/,
    )
  })

  it('is not looked for at what is not an address', async () => {
    const path = join(temporaryFolder(), 'digits.bin')
    await expect(obtain([{ file, path }], { mirror: 'lab' })).rejects.toThrow(/--mirror is 'lab'; expected an address/)
  })
})

describe('a published data set', () => {
  it('is unpacked into the cache, with its source beside it', async () => {
    vi.stubEnv('GENTLE_CACHE', temporaryFolder())
    const archive = gzipSync(
      await packTar([
        { header: { name: 'set', type: 'directory', size: 0 } },
        { header: { name: 'set/a.txt', size: 1 }, body: 'a' },
        { header: { name: 'set/link', type: 'symlink', linkname: '/etc/passwd', size: 0 } },
        { header: { name: 'set/more/b.txt', size: 1 }, body: 'b' },
      ]),
    )
    const { address } = await standIn({ 'set.tgz': archive })
    const data = {
      title: 'Set: letters',
      files: [{ address: 'https://example.org/set.tgz', sha256: digestOf(archive) }],
      archive: 'tar.gz',
      reader: 'images',
      homepage: 'https://example.org',
      licence: 'MIT',
    } as const
    const folder = await obtainData('set', data, { mirror: address, quiet: true })
    expect(readdirSync(folder).sort()).toEqual(['SOURCE.txt', 'a.txt', 'more'])
    expect(readFileSync(join(folder, 'more/b.txt'), 'utf8')).toBe('b')
    expect(readFileSync(join(folder, 'SOURCE.txt'), 'utf8')).toMatch(
      /licence: MIT\nhttps:\/\/example\.org\/set\.tgz SHA-256/,
    )
    expect(readdirSync(join(cacheFolder(), 'downloads'))).toEqual([])
    vi.unstubAllEnvs()
  })
})

describe('the catalogue', () => {
  it('has digests that agree with the names of files, and all that a reader is told', () => {
    for (const file of Object.values(publishedWeights)) {
      expect(file.sha256).toMatch(/^([0-9a-f]{8}|[0-9a-f]{64})$/)
      expect(fileNameOf(file)).toContain(`-${file.sha256.slice(0, 8)}.pth`)
    }
    for (const { files, archive, licence } of Object.values(publishedData)) {
      expect(licence).not.toBe('')
      expect(files).toHaveLength(archive === undefined ? 4 : 1)
      for (const { sha256, bytes } of files) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/)
        expect(bytes).toBeGreaterThan(5000)
      }
    }
  })
})

describe('the cache', () => {
  it('is where each system keeps such files', () => {
    expect(cacheFolder({}, 'linux', () => '/home/a')).toBe('/home/a/.cache/gentle')
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux', () => '/home/a')).toBe('/x/gentle')
    expect(cacheFolder({ XDG_CACHE_HOME: 'x' }, 'linux', () => '/home/a')).toBe('/home/a/.cache/gentle')
    expect(cacheFolder({}, 'darwin', () => '/Users/a')).toBe('/Users/a/Library/Caches/gentle')
    expect(cacheFolder({ LOCALAPPDATA: '/l' }, 'win32', () => '/h')).toBe('/l/gentle/Cache')
    expect(cacheFolder({ GENTLE_CACHE: '/mine', XDG_CACHE_HOME: '/x' }, 'linux', () => '/home/a')).toBe('/mine')
  })

  it('is where a variable says for a user without a home folder, who is asked for one otherwise', () => {
    const home = () => {
      throw new Error('uv_os_homedir returned ENOENT')
    }
    expect(cacheFolder({ GENTLE_CACHE: '/mine' }, 'linux', home)).toBe('/mine')
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux', home)).toBe('/x/gentle')
    expect(() => cacheFolder({}, 'linux', home)).toThrow(
      new ArgumentError('this user has no home folder to keep a cache in; name a folder as GENTLE_CACHE'),
    )
  })
})
