import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, plainRecipe, temporaryFolder } from './command.ts'

const folder = temporaryFolder()
const [pictures, shards] = [join(folder, 'pictures'), join(folder, 'shards')]

/** Dark and bright squares, 60 of each. */
async function writePictures(): Promise<void> {
  for (const [kind, base] of [
    ['dark', 0],
    ['bright', 160],
  ] as const) {
    mkdirSync(join(pictures, kind), { recursive: true })
    for (let i = 0; i < 60; i++) {
      const pixels = Uint8Array.from({ length: 28 * 28 }, (_, at) => base + ((at * 7 + i * 13) % 90))
      const image = sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } }).toColourspace('b-w')
      await image.png().toFile(join(pictures, kind, `no.${i}.png`))
    }
  }
}

/** What Python's tarfile finds in an archive, which WebDataset reads them by. */
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : undefined
const listed = (archive: string): { name: string; size: number; text: string }[] =>
  JSON.parse(
    execFileSync(python!, [
      '-c',
      `import json, sys, tarfile
with tarfile.open(sys.argv[1]) as archive:
    read = lambda member: archive.extractfile(member).read()
    print(json.dumps([dict(name=m.name, size=m.size, text=read(m).decode("latin1")) for m in archive]))`,
      archive,
    ]).toString(),
  )

beforeAll(writePictures)

describe('gentle data shard', () => {
  it('writes a folder of pictures as archives and refuses a folder that is not empty', async () => {
    const { code, stdout } = await gentle(['data', 'shard', pictures, shards])
    expect(code).toBe(0)
    expect(stdout).toContain(`${shards}: 2 classes, their names in classes.txt; train on it with --data ${shards}`)
    expect(readFileSync(join(shards, 'classes.txt'), 'utf8')).toBe('bright\ndark\n')
    expect(readdirSync(shards).filter((file) => file.startsWith('train-')).length).toBe(32)
    const again = await gentle(['data', 'shard', pictures, shards])
    expect([again.code, again.stderr.trim()]).toEqual([
      2,
      `gentle: ${shards} is not empty; name a folder that is not there yet`,
    ])
    const file = join(shards, 'classes.txt')
    expect((await gentle(['data', 'shard', pictures, file])).stderr.trim()).toBe(
      `gentle: the folder ${file} cannot be written: no such folder`,
    )
    const sizes = await gentle(['data', 'shard', pictures, join(folder, 'other'), '--shard-size', '3'])
    expect(sizes.stderr.trim()).toBe('gentle: --shard-size is 3; expected a number of kB, MB or GB, such as 256MB')
    const points = await gentle(['data', 'shard', 'moons', join(folder, 'other')])
    expect(points.stderr).toContain('moons is no folder of picture files in folders of classes')
  })

  it.skipIf(python === undefined)("whose files Python's tarfile reads byte for byte, in pairs of one name", () => {
    const files = readdirSync(shards)
      .filter((file) => file.endsWith('.tar'))
      .flatMap((file) => listed(join(shards, file)))
    expect(files.length).toBe(240)
    for (let i = 0; i < files.length; i += 2) {
      const [, label, stem] = /^(bright|dark)\/\d{8}-(no_\d+)\.png$/.exec(files[i].name)!
      expect(files[i + 1]).toMatchObject({
        name: files[i].name.replace('.png', '.cls'),
        text: label === 'dark' ? '1' : '0',
      })
      const original = readFileSync(join(pictures, label, `${stem.replace('_', '.')}.png`))
      expect(Buffer.from(files[i].text, 'latin1').equals(original)).toBe(true)
    }
    expect(new Set(files.map(({ name }) => name)).size).toBe(240)
  })

  it('and trains on them, by folder, prefix and pattern, to the same weights where it was interrupted', async () => {
    const train = ['train', 'lenet5', '--epochs', '2', '--batch-size', '16', '--quiet', ...plainRecipe]
    const weights = (run: string) => readFileSync(join(run, 'weights/last.safetensors'))
    const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')]
    expect(await gentle([...train, '--data', shards, '--run-dir', whole])).toMatchObject({ code: 0, stderr: '' })
    await gentle([...train, '--data', shards, '--run-dir', parts, '--stop-after', '1'])
    expect(await gentle(['train', '--resume', parts, '--quiet'])).toMatchObject({ code: 0, stderr: '' })
    const tensors = (bytes: Buffer) => bytes.subarray(8 + Number(bytes.readBigUInt64LE()))
    expect(tensors(weights(parts)).equals(tensors(weights(whole)))).toBe(true)
    const examples = async (name: string) => {
      const { stdout } = await gentle(['data', name, '--json'])
      return Object.values(JSON.parse(stdout)).flatMap((part) => (part as { examples?: number }).examples ?? [])
    }
    expect(await examples(`shards:${shards}`)).toEqual([83, 17, 20])
    expect(await examples(join(shards, '{train,validation,test}-{000000..000000}.tar'))).toEqual([2, 17, 20])
    const refused = await gentle(['data', join(shards, 'train-{000000..000099}.tar')])
    expect(refused.stderr.trim()).toMatch(/shard .*train-000032\.tar: there is no such file$/)
    writeFileSync(join(shards, 'train-000003.tar'), readFileSync(join(shards, 'train-000003.tar')).subarray(0, 2000))
    const cut = await gentle(['train', '--resume', parts])
    expect(cut.stderr.trim()).toMatch(/shard .*train-000003\.tar is cut off: it ends at byte 2000, within the file/)
    rmSync(shards, { recursive: true })
  })
})
