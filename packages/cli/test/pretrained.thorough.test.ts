/** `--pretrained` by name, by a run, and the fine-tuning that follows. What is published is a stand-in on loopback. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createModel, saveModel } from 'gentle-dl'
import { readSafetensors, writeSafetensors } from 'gentle-dl/formats'
import { buildNetwork } from 'gentle-dl/models'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { gentle, gentleProcess, smallIdxSet, temporaryFolder } from './command.ts'
import { standIn } from './stand-in-server.ts'

const published = vi.hoisted(() => ({
  title: 'stand-in',
  address: 'https://example.org/resnet20-01234567.pth',
  sha256: '',
  pixels: 'imagenet' as 'imagenet' | 'minusOneToOne',
}))

vi.mock('../src/fetch/catalogue.ts', async (original) => ({
  ...(await original<typeof import('../src/fetch/catalogue.ts')>()),
  publishedWeights: { resnet20: published },
}))

/** Weights of resnet20 for ten classes, as another program stores them. */
async function weightsOfOthers(): Promise<Uint8Array> {
  const model = await createModel(buildNetwork('resnet20', { classes: 10 }), [3, 32, 32], { seed: 5 })
  return writeSafetensors(readSafetensors(await saveModel(model)).tensors)
}

/** A folder of colour pictures of 40 x 30 in three classes. */
async function pictureFolder(): Promise<string> {
  const folder = join(temporaryFolder(), 'pictures')
  for (const [name, background] of [
    ['red', { r: 200, g: 30, b: 30 }],
    ['green', { r: 30, g: 200, b: 30 }],
    ['blue', { r: 30, g: 30, b: 200 }],
  ] as const) {
    mkdirSync(join(folder, name), { recursive: true })
    for (let i = 0; i < 12; i++)
      await sharp({
        create: { width: 40, height: 30, channels: 3, background: { ...background, r: background.r + i } },
      })
        .png()
        .toFile(join(folder, name, `${i}.png`))
  }
  return folder
}

const weightsIn = (run: string, which = 'last') =>
  readSafetensors(readFileSync(join(run, `weights/${which}.safetensors`)))

const settingsIn = (run: string) => JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))

const imagenetPixels = { height: 32, width: 32, channels: 3, mean: [0.485, 0.456, 0.406], fit: { shorterSide: 37 } }

describe('--pretrained imagenet', () => {
  const cache = temporaryFolder()
  const run = join(temporaryFolder(), 'run')
  let [folder, stderr] = ['', '']
  let train: string[]
  beforeAll(async () => {
    const file = await weightsOfOthers()
    published.sha256 = createHash('sha256').update(file).digest('hex')
    const { address } = await standIn({ 'resnet20-01234567.pth': file }, { cuts: [100_000] })
    vi.stubEnv('GENTLE_CACHE', cache)
    vi.stubEnv('GENTLE_MIRROR', address)
    folder = await pictureFolder()
    train = ['train', 'resnet20', '--data', folder, '--pretrained', 'imagenet', '--epochs', '4']
    const outcome = await gentle([...train, '--run-dir', run])
    expect(outcome.stderr).not.toMatch(/^gentle: /m)
    stderr = outcome.stderr
  })
  afterAll(() => {
    vi.unstubAllEnvs()
  })

  it('downloads the weights, tells whose they are, and keeps them', () => {
    expect(stderr).toMatch(/resnet20: stand-in; licence: BSD 3-Clause/)
    expect(stderr).toMatch(/downloading http:\/\/127\.0\.0\.1:\d+\/resnet20-01234567\.pth\n.*SHA-256 verified/)
    expect(readdirSync(join(cache, 'weights'))).toEqual(['resnet20-01234567.pth'])
  })

  it('prepares pictures as the weights want them, and stores how', () => {
    expect(settingsIn(run).preprocessing).toMatchObject(imagenetPixels)
    expect(JSON.parse(weightsIn(run, 'best').metadata['gentle.preprocessing'])).toMatchObject(imagenetPixels)
  })

  it('trains the head first, then all at rates by depth, and says so', () => {
    expect(stderr).toContain(
      'fine-tuning: the head alone for 1 epoch, then all layers; learning rate 0.03 in the last layer, down to 0.3 of that in the first',
    )
    expect(settingsIn(run).settings).toMatchObject({ pretrained: 'imagenet', headEpochs: 1, firstLayerRate: 0.3 })
    expect(stderr).toMatch(/with a different shape: .*the head; initialized randomly/)
  })

  it('is evaluated and used on pictures that are prepared alike', async () => {
    const { stdout } = await gentle(['eval', run, '--data', folder, '--json'])
    const { accuracy } = JSON.parse(stdout)
    expect(accuracy).toBe(JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')).test.accuracy)
    expect((await gentle(['predict', run, join(folder, 'red', '0.png')])).code).toBe(0)
  })

  it('needs no second download', async () => {
    vi.stubEnv('GENTLE_MIRROR', 'http://127.0.0.1:2/')
    const again = join(temporaryFolder(), 'again')
    const { code, stderr: said } = await gentle([...train, '--epochs', '1', '--augment', 'flip', '--run-dir', again])
    expect(said).not.toContain('downloading')
    expect(code).toBe(0)
  })

  it('knows a published file by its content, wherever it is', async () => {
    const moved = join(temporaryFolder(), 'mine.pth')
    writeFileSync(moved, readFileSync(join(cache, 'weights', 'resnet20-01234567.pth')))
    const [was, other] = [join(temporaryFolder(), 'a'), join(temporaryFolder(), 'b')]
    const by = ['train', 'resnet20', '--data', folder, '--epochs', '1', '--quiet']
    expect((await gentle([...by, '--pretrained', moved, '--run-dir', was])).code).toBe(0)
    expect(settingsIn(was).preprocessing).toMatchObject(imagenetPixels)
    published.pixels = 'minusOneToOne'
    expect((await gentle([...by, '--pretrained', moved, '--run-dir', other])).code).toBe(0)
    published.pixels = 'imagenet'
    expect(settingsIn(other).preprocessing).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] })
  })

  it('are the weights of predict, too, which prepares pictures for them', async () => {
    const picture = join(folder, 'red', '0.png')
    const scoresBy = async (...flags: string[]) => {
      const { stdout, code } = await gentle(['predict', 'resnet20', ...flags, picture, '--json'])
      expect(code).toBe(0)
      return JSON.parse(stdout)
    }
    const file = join(cache, 'weights', 'resnet20-01234567.pth')
    const given = await scoresBy('--weights', file, '--normalize', 'imagenet')
    expect(await scoresBy('--weights', 'imagenet')).toEqual(given)
    expect(await scoresBy('--weights', file)).toEqual(given)
    expect(await scoresBy('--weights', file, '--normalize', 'none')).not.toEqual(given)
  })

  it('asks how pictures are prepared for a file that does not say', async () => {
    const file = join(temporaryFolder(), 'others.safetensors')
    const stored = readSafetensors(await weightsOfOthers())
    stored.tensors.get('fc.bias')!.data[0] += 1
    writeFileSync(file, writeSafetensors(stored.tensors))
    const by = ['train', 'resnet20', '--data', folder, '--pretrained', file, '--epochs', '1', '--quiet']
    const { code, stderr: said } = await gentle(by)
    expect(code).toBe(2)
    expect(said).toBe(
      `gentle: ${file} does not say how pictures are prepared for its weights; give --normalize imagenet for weights of torchvision and timm, or none\n`,
    )
    const given = join(temporaryFolder(), 'told')
    expect((await gentle([...by, '--normalize', 'imagenet', '--run-dir', given])).code).toBe(0)
    expect(settingsIn(given).preprocessing).toMatchObject(imagenetPixels)
  })

  it('is refused in a line where none are published, nobody is reached, or the file is another', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr: said } = await gentle(args)
      expect(code).not.toBe(0)
      const lines = said.trim().split('\n')
      return lines.at(-1)!
    }
    expect(await refused('train', 'lenet5', '--pretrained', 'imagenet')).toBe(
      'gentle: no ImageNet weights of lenet5 are published; there are those of resnet20',
    )
    vi.stubEnv('GENTLE_CACHE', temporaryFolder())
    vi.stubEnv('GENTLE_MIRROR', (await standIn({})).address)
    expect(await refused(...train)).toMatch(
      /^gentle: resnet20-01234567\.pth was not downloaded: .* 404 Not Found; download https:\/\/example\.org\/resnet20-01234567\.pth elsewhere and save it as .*weights\/resnet20-01234567\.pth$/,
    )
    vi.stubEnv('GENTLE_MIRROR', (await standIn({ 'resnet20-01234567.pth': new Uint8Array(10) })).address)
    expect(await refused(...train)).toMatch(/the download is not the published file: its SHA-256 is not [0-9a-f]{64};/)
  })
})

describe('--pretrained RUN', () => {
  const set = smallIdxSet()
  const first = join(temporaryFolder(), 'first')
  let pictures: string
  beforeAll(async () => {
    pictures = await pictureFolder()
    const { code } = await gentle(['train', 'lenet5', '--data', set, '--epochs', '2', '--run-dir', first, '--quiet'])
    expect(code).toBe(0)
  })

  it('takes its best weights, prepares pictures as it did, and gives other classes a new head', async () => {
    const tuned = join(temporaryFolder(), 'tuned')
    const by = ['--data', pictures, '--pretrained', first, '--epochs', '4', '--run-dir', tuned]
    const { code, stderr } = await gentle(['train', 'lenet5', ...by])
    expect(code).toBe(0)
    expect(stderr).toContain('8 of the 10 weights of lenet5 are loaded')
    expect(stderr).toContain('the head alone for 1 epoch')
    expect(settingsIn(tuned).preprocessing).toMatchObject({ height: 28, width: 28, channels: 1 })
  })

  it('goes on to learn all at once where the classes are the same', async () => {
    const further = join(temporaryFolder(), 'further')
    const by = ['--data', set, '--pretrained', first, '--epochs', '4', '--run-dir', further]
    const { code, stderr } = await gentle(['train', 'lenet5', ...by])
    expect(code).toBe(0)
    expect(stderr).not.toContain('the head alone')
    expect(settingsIn(further).settings.headEpochs).toBe(0)
  })

  it.each(['while the head learns alone', 'while all learn'])('stopped %s goes on to the same bits', async (when) => {
    const by = ['--data', pictures, '--pretrained', first, '--batch-size', '4', '--epochs', '24', '--head-epochs', '12']
    const [whole, stopped] = [join(temporaryFolder(), 'whole'), join(temporaryFolder(), 'stopped')]
    expect((await gentle(['train', 'lenet5', ...by, '--run-dir', whole, '--quiet'])).code).toBe(0)
    const line = when === 'while all learn' ? 'epoch 16/24' : 'epoch  4/24'
    const { code } = await gentleProcess(['train', 'lenet5', ...by, '--run-dir', stopped], {
      onNote: (text, kill) => text.includes(line) && kill('SIGINT'),
    })
    expect(code).toBe(130)
    expect((await gentle(['train', '--resume', stopped, '--quiet'])).code).toBe(0)
    for (const which of ['best', 'last'])
      expect(weightsIn(stopped, which).tensors).toEqual(weightsIn(whole, which).tensors)
  })

  it('is refused where there are no weights, and with flags that mean nothing', async () => {
    const refused = async (...flags: string[]): Promise<string> =>
      (await gentle(['train', 'lenet5', '--data', set, ...flags])).stderr
    expect(await refused('--pretrained', temporaryFolder())).toMatch(
      /^gentle: --pretrained .* is a folder without .*\n$/,
    )
    expect(await refused('--pretrained', 'no-such')).toMatch(
      /^gentle: --pretrained no-such: no such file or folder; give a run folder, a file of weights, or imagenet\n$/,
    )
    expect(await refused('--head-epochs', '2')).toBe('gentle: --head-epochs goes with --pretrained\n')
    expect(await refused('--pretrained', first, '--epochs', '2', '--head-epochs', '2')).toMatch(
      /--head-epochs is 2 of 2 epochs; expected fewer/,
    )
    expect(existsSync('runs')).toBe(false)
  })
})
