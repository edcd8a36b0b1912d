import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ArgumentError, ClassesError, DataError, FormatError, WeightsError } from '../../src/core/errors.ts'
import { readPyTorch } from '../../src/formats/pytorch/pytorch.ts'
import { writeSafetensors } from '../../src/formats/safetensors.ts'
import * as nn from '../../src/nn/index.ts'
import { loadMatching, loadWeights, predict, readWeightsFile } from '../../src/train/index.ts'
import { zipBytes } from '../formats/pytorch/zip-bytes.ts'

interface Golden {
  readonly x: number[]
  readonly y: number[]
  readonly files: Readonly<Record<string, string>>
  readonly half: string
  readonly brain: string
  readonly average: string
  readonly two: string
  readonly named: string
  readonly transposed: string
  readonly 'other names': string
}

const golden: Golden = JSON.parse(readFileSync(new URL('../goldens/checkpoints.json', import.meta.url), 'utf8'))
const decoded = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const plain = decoded(golden.files['a network named net'])
const folder = mkdtempSync(join(tmpdir(), 'gentle-checkpoints-'))
afterAll(() => rmSync(folder, { recursive: true }))

const network = (classes = 3, linear: (units: number) => nn.Layer = nn.Linear) =>
  nn.createModel(nn.Sequential({ fc1: linear(4), relu: nn.ReLU(), fc2: nn.Linear(classes) }), [5], { seed: 1 })

async function answer(bytes: Uint8Array): Promise<number[]> {
  const model = await network()
  await loadMatching(model, readPyTorch(bytes).tensors)
  return [...(await predict(model, Float32Array.from(golden.x))).data]
}

const close = (digits = 5) => golden.y.map((value) => expect.closeTo(value, digits))

describe('weights as trainings leave them', () => {
  it.each(Object.entries(golden.files))('of %s give what the network gave in PyTorch', async (_, file) => {
    expect(await answer(decoded(file))).toEqual(close())
  })

  it('in half precision give nearly that', async () => {
    expect(await answer(decoded(golden.half))).toEqual(close(2))
    expect(await answer(decoded(golden.brain))).toEqual(close(1))
  })

  it('are loaded in full by loadWeights, whatever stands before their names', async () => {
    const model = await network()
    await loadWeights(model, plain)
    expect([...(await predict(model, Float32Array.from(golden.x))).data]).toEqual(close())
    await expect(loadWeights(model, decoded(golden.files.Lightning), 'f')).rejects.toThrow(
      /not in the model: loss\.weight/,
    )
  })

  it('that are averages are told, and others are taken by their key', async () => {
    const file = join(folder, 'average.pth.tar')
    writeFileSync(file, decoded(golden.average))
    const average = await readWeightsFile(file)
    expect(average).toMatchObject({ key: 'state_dict_ema', others: ['state_dict'] })
    const last = await readWeightsFile(file, { key: 'state_dict' })
    const difference = average.tensors.get('module.fc1.bias')!.data[0] - last.tensors.get('fc1.bias')!.data[0]
    expect(difference).toBeCloseTo(1)
    await expect(readWeightsFile(file, { key: 'net' })).rejects.toThrow(/no weights under "net"; it has "state_dict"/)
  })

  it('of classes that have names are not given to other classes, nor to the same in another order', async () => {
    const bytes = decoded(golden.named)
    expect(readPyTorch(bytes).classes).toEqual(['dog', 'cat', 'fox'])
    const to = async (...classes: string[]) => loadWeights({ ...(await network()), classes }, bytes, 'f')
    await to('dog', 'cat', 'fox')
    await expect(to('dog', 'cat', 'wolf')).rejects.toThrow(ClassesError)
    await expect(to('cat', 'dog', 'fox')).rejects.toThrow(/f has the classes of the model in another order/)
    await loadWeights(await network(), bytes)
  })

  it('that fit twice over are refused, with the names of both', async () => {
    const { tensors } = readPyTorch(decoded(golden.two))
    await expect(loadMatching(await network(), tensors)).rejects.toThrow(
      /2 sets of weights that fit, named "student\.\*", "teacher\.\*"; name one as the key of the weights, such as "student"/,
    )
    const { tensors: student, key } = readPyTorch(decoded(golden.two), 'f', { key: 'student' })
    expect([key, [...student.keys()]]).toEqual(['student', ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias']])
    const model = await network()
    expect((await loadMatching(model, student)).loaded).toHaveLength(4)
    expect([...(await predict(model, Float32Array.from(golden.x))).data]).toEqual(close())
  })

  it('of a network are also those of a backbone within another', async () => {
    const within = nn.Sequential({
      body: nn.Sequential({ fc1: nn.Linear(4), relu: nn.ReLU(), fc2: nn.Linear(3) }),
      head: nn.Linear(2),
    })
    const model = await nn.createModel(within, [5])
    const { loaded, missing } = await loadMatching(model, readPyTorch(plain).tensors)
    expect(loaded).toHaveLength(0)
    expect(missing).toHaveLength(6)
    const names = new Map([...readPyTorch(plain).tensors].map(([name, tensor]) => [name.slice(4), tensor]))
    expect((await loadMatching(model, names)).loaded).toEqual([
      'body.fc1.weight',
      'body.fc1.bias',
      'body.fc2.weight',
      'body.fc2.bias',
    ])
  })

  it('keep their names where those fit as they are', async () => {
    const { tensors } = readPyTorch(decoded(golden.two))
    const own = new Map([...tensors].map(([name, tensor]) => [name.replace('student.', ''), tensor]))
    const { loaded, unexpected } = await loadMatching(await network(), own)
    expect(loaded).toHaveLength(4)
    expect(unexpected).toHaveLength(4)
  })

  it('for another number of classes leave the head as it was', async () => {
    const { loaded, shapeMismatch } = await loadMatching(await network(7), readPyTorch(plain).tensors)
    expect(loaded).toEqual(['fc1.weight', 'fc1.bias'])
    expect(shapeMismatch).toEqual(['fc2.weight', 'fc2.bias'])
  })
})

describe('weights that do not fit', () => {
  it('are told with the nearest that the file has, and all of them in the error', async () => {
    const error: WeightsError = await loadWeights(await network(), decoded(golden['other names']), 'f').catch((e) => e)
    expect(error).toBeInstanceOf(WeightsError)
    expect(error.message).toContain(
      'it has no fc1.weight [4, 5] (nearest: embed.dense.weight [4, 5]), fc1.bias [4] (nearest: embed.dense.bias [4]), fc2.weight [3, 4] (nearest: head.weight [3, 4]) and 1 more, but embed.dense.weight, embed.dense.bias, head.weight',
    )
    expect(error.mismatch).toEqual({
      missing: ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'],
      unexpected: ['embed.dense.weight', 'embed.dense.bias', 'head.weight'],
      shapeMismatch: [],
    })
  })

  it('because their axes are in another order are told so', async () => {
    await expect(loadWeights(await network(), decoded(golden.transposed), 'f')).rejects.toThrow(
      'f does not fit the model: other shapes: fc1.weight is [5, 4], the model has [4, 5], with its axes in another order',
    )
  })
})

describe('a file of weights', () => {
  const place = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const safetensors = writeSafetensors(new Map([...readPyTorch(plain).tensors]))

  it.each([
    ['safetensors', 'weights.pth', safetensors],
    ['a zip of PyTorch', 'pytorch_model.bin', plain],
    ['the older format', 'model.safetensors', decoded(golden.files['the older format'])],
  ])('of %s is read whatever it is called', async (_, name, bytes) => {
    expect((await readWeightsFile(place(name, bytes))).tensors.size).toBe(4)
  })

  it.each<[string, Uint8Array | string, RegExp]>([
    [
      'a pointer of Git LFS',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n',
      /is a Git LFS pointer.*git lfs pull/,
    ],
    ['a web page', '\n<!DOCTYPE html><html>', /is a web page.*download it again/],
    ['an answer of a server', '<?xml version="1.0"?><Error/>', /is an XML text.*download it again/],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8), /is compressed by gzip; unpack it first/],
    ['HDF5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), /is an HDF5 file/],
    ['nothing', '', /is empty/],
    ['zeros', new Uint8Array(100), /is all zeros/],
    ['a pickle alone', Uint8Array.of(0x80, 4, 0x4e, 0x2e), /is a file of Python's pickle/],
    ['anything', 'hello', /has an unknown format; expected safetensors, a file of torch\.save/],
    ['other JSON', '{"a": 1}', /is JSON, but not an index of shards/],
  ])('that is %s is refused by that name', async (_, bytes, message) => {
    const error = await readWeightsFile(place('w.pth', bytes)).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
  })

  it('of safetensors with several sets gives the one whose names begin with the key', async () => {
    const file = place('two.safetensors', writeSafetensors(new Map([...readPyTorch(decoded(golden.two)).tensors])))
    expect([...(await readWeightsFile(file, { key: 'teacher' })).tensors.keys()]).toContain('fc1.weight')
    await expect(readWeightsFile(file, { key: 'ema' })).rejects.toThrow(/no weights whose names begin with "ema\."/)
  })

  it('that is another zip archive is refused', async () => {
    const other = zipBytes([{ name: 'a/b.txt', data: new Uint8Array(1) }])
    await expect(readWeightsFile(place('w.bin', other))).rejects.toThrow(/a zip file, but not PyTorch's/)
  })

  it('in shards is read by its index', async () => {
    place('one.safetensors', writeSafetensors(new Map([...readPyTorch(plain).tensors].slice(0, 2))))
    place('two.bin', plain)
    const names = ['net.fc1.weight', 'net.fc1.bias', 'net.fc2.weight', 'net.fc2.bias']
    const map = Object.fromEntries(names.map((name, i) => [name, i < 2 ? 'one.safetensors' : 'two.bin']))
    const index = (weightMap: object) => place('x.index.json', JSON.stringify({ metadata: {}, weight_map: weightMap }))
    const { tensors } = await readWeightsFile(index(map))
    expect([...tensors.keys()]).toEqual(names)
    await expect(readWeightsFile(index({ ...map, other: 'one.safetensors' }))).rejects.toThrow(
      /says that one\.safetensors has other, but/,
    )
    await expect(readWeightsFile(index({ a: 'three.bin' }))).rejects.toThrow(DataError)
    for (const bad of ['../one.safetensors', '/etc/passwd', '..', 'x.index.json', 7])
      await expect(readWeightsFile(index({ a: bad }))).rejects.toThrow(FormatError)
  })
})
