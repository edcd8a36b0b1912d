import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inMemory } from 'gentle-dl/data'
import { readSafetensors, writeSafetensors } from 'gentle-dl/formats'
import { beforeAll, describe, expect, it } from 'vitest'
import { resized } from '../src/data/resize.ts'
import { frozenNames } from '../src/train/freeze.ts'
import { gentle, idxBytes, smallIdxSet, temporaryFolder } from './command.ts'

const folder = smallIdxSet()
const first = join(temporaryFolder(), 'first')
const pretrained = join(first, 'weights/best.safetensors')

/** The same pictures in three classes: the head of a network for two does not fit. */
function threeClasses(): string {
  const set = smallIdxSet()
  for (const [part, count] of [
    ['train', 240],
    ['t10k', 40],
  ] as const)
    writeFileSync(
      join(set, `${part}-labels-idx1-ubyte`),
      idxBytes(
        [count],
        Uint8Array.from({ length: count }, (_, i) => i % 3),
      ),
    )
  return set
}

const weightsIn = (run: string, which = 'last') =>
  readSafetensors(readFileSync(join(run, `weights/${which}.safetensors`))).tensors

describe('fine-tuning', () => {
  const set = threeClasses()
  const tuned = join(temporaryFolder(), 'tuned')
  const train = ['train', 'lenet5', '--data', set, '--batch-size', '40', '--pretrained', pretrained]
  let stderr: string
  beforeAll(async () => {
    await gentle(['train', 'lenet5', '--data', folder, '--epochs', '1', '--run-dir', first, '--quiet'])
    const outcome = await gentle([...train, '--epochs', '2', '--freeze', 'all-but-head', '--run-dir', tuned])
    stderr = outcome.stderr
  })

  it('tells what was and was not loaded, and how much is frozen', () => {
    expect(stderr).toContain('8 of the 10 weights of lenet5 are loaded')
    expect(stderr).toMatch(/with a different shape: .*11\.weight.*head/)
    expect(stderr).toMatch(/61,111 parameters, 60,856 of them frozen/)
  })

  it('keeps the names of all weights in run.json', () => {
    const { settings, pretrained: kept, frozen } = JSON.parse(readFileSync(join(tuned, 'run.json'), 'utf8'))
    expect(settings).toMatchObject({ pretrained, freeze: ['all-but-head'] })
    expect(kept.loaded).toHaveLength(8)
    expect(kept.missing).toEqual([])
    expect(frozen).toHaveLength(8)
    expect(frozen).not.toContain('11.weight')
  })

  it('leaves frozen parameters as they were loaded, and learns the others', () => {
    const [before, after] = [weightsIn(first, 'best'), weightsIn(tuned)]
    expect(after.get('3.weight')!.data).toEqual(before.get('3.weight')!.data)
    expect(after.get('11.weight')!.shape).toEqual([3, 84])
  })

  it('goes on with what is frozen', async () => {
    const { code } = await gentle(['train', '--resume', tuned, '--epochs', '4', '--quiet'])
    expect(code).toBe(0)
    const [before, after] = [weightsIn(first, 'best'), weightsIn(tuned)]
    expect(after.get('3.weight')!.data).toEqual(before.get('3.weight')!.data)
    expect(JSON.parse(readFileSync(join(tuned, 'run.json'), 'utf8')).frozen).toHaveLength(8)
  })

  it('goes on only with the same parameters frozen', async () => {
    const { code, stderr: said } = await gentle(['train', '--resume', tuned, '--freeze', '0'])
    expect(code).toBe(2)
    expect(said).toMatch(/--freeze cannot be changed/)
  })

  it('takes weights whose names a training has changed, and says so', async () => {
    const wrapped = join(temporaryFolder(), 'wrapped.ckpt')
    const tensors = [...weightsIn(first, 'best')].map(([name, tensor]) => [`model._orig_mod.${name}`, tensor] as const)
    writeFileSync(wrapped, writeSafetensors(new Map(tensors)))
    const run = join(temporaryFolder(), 'from-wrapped')
    const flags = ['--epochs', '1', '--pretrained', wrapped, '--freeze', 'all-but-head', '--run-dir', run]
    const { code, stderr: said } = await gentle(['train', 'lenet5', '--data', set, '--batch-size', '40', ...flags])
    expect(code).toBe(0)
    expect(said).toContain(`${wrapped}: names were read without "_orig_mod.", without "model."`)
    expect(said).toContain('8 of the 10 weights of lenet5 are loaded')
    expect(weightsIn(run).get('3.weight')!.data).toEqual(weightsIn(first, 'best').get('3.weight')!.data)
  })

  it('refuses a key of weights where there are none', async () => {
    const { code, stderr: said } = await gentle(['train', 'lenet5', '--data', set, '--weights-key', 'ema'])
    expect(code).toBe(2)
    expect(said).toMatch(/--weights-key needs --pretrained/)
  })

  it('refuses weights of which nothing fits', async () => {
    const { code, stderr: said } = await gentle(['train', 'mlp', '--data', set, '--pretrained', pretrained])
    expect(code).toBe(2)
    expect(said).toMatch(/has no weights that fit mlp/)
    expect(said.trim().split('\n')).toHaveLength(1)
  })
})

describe('names to freeze', () => {
  const names = ['conv1.weight', 'layer1.0.conv1.weight', 'layer1.0.bn1.bias', 'layer10.weight', 'fc.weight', 'fc.bias']
  const head = new Set(['fc.weight', 'fc.bias'])
  const frozen = (...patterns: string[]) => [...frozenNames(patterns, names, head)]

  it('are all but the head, beginnings of paths, globs, and names', () => {
    expect(frozen('all-but-head')).toEqual(names.slice(0, 4))
    expect(frozen('layer1')).toEqual(['layer1.0.conv1.weight', 'layer1.0.bn1.bias'])
    expect(frozen('*.bias')).toEqual(['layer1.0.bn1.bias', 'fc.bias'])
    expect(frozen('conv1.weight', 'fc')).toEqual(['conv1.weight', 'fc.weight', 'fc.bias'])
  })

  it('are refused where they mean nothing, or leave nothing to learn', () => {
    expect(() => frozen('layer2')).toThrow(/'layer2' matches none .* the nearest is/)
    expect(() => frozen('*')).toThrow(/leaves nothing to train/)
  })
})

describe('pictures at another size', () => {
  const inputs = Float32Array.from([0, 1, 2, 3])
  const two = inMemory({ inputs, inputShape: [1, 2, 2], targets: Int32Array.from([0]) })

  it('are interpolated between the middles of pixels', () => {
    const pixels = new Float32Array(16)
    resized(two, 4).read([0], pixels, new Int32Array(1))
    expect([...pixels.subarray(0, 4)]).toEqual([0, 0.25, 0.75, 1])
    expect([...pixels.subarray(12)]).toEqual([2, 2.25, 2.75, 3])
    expect(pixels[5]).toBe(0.75)
  })

  it('are the same at their own size', () => expect(resized(two, 2)).toBe(two))

  it('are trained on, evaluated and predicted as such', async () => {
    const run = join(temporaryFolder(), 'resized')
    const flags = ['--epochs', '1', '--resize', '32', '--run-dir', run, '--quiet']
    expect((await gentle(['train', 'lenet5', '--data', folder, ...flags])).code).toBe(0)
    expect((await gentle(['eval', run, '--data', folder])).code).toBe(0)
    expect((await gentle(['predict', run, join(run, 'example.png')])).code).toBe(0)
  })

  it('are asked for where a network needs larger ones', async () => {
    const { code, stderr } = await gentle(['train', 'lenet5', '--data', folder, '--resize', '20'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^gentle: lenet5 needs pictures of at least 28 x 28, not 20 x 20; .*--resize 28\n$/)
  })
})
