import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sizeOf } from '../../../src/core/shape.ts'
import { readPyTorch } from '../../../src/formats/pytorch/pytorch.ts'
import { randomCases } from '../../random-cases.ts'
import { damaged, expectReadOrRefused, type Reader, refusal as refusalOf } from '../fuzz.ts'
import { get, integer, named, pickle, put, type TensorCode, tensor, text, tuple } from './pickle-bytes.ts'
import { type ZipFile, zipBytes } from './zip-bytes.ts'

interface Golden {
  readonly read: Readonly<
    Record<
      string,
      {
        file: string
        tensors: Record<string, { shape: number[]; integer: boolean; values: number[] }>
        key: string
        others: string[]
      }
    >
  >
  readonly refused: Readonly<Record<string, string>>
}

const golden: Golden = JSON.parse(readFileSync(new URL('../../goldens/pytorch.json', import.meta.url), 'utf8'))
const decoded = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const read: Reader = (bytes, name) => readPyTorch(bytes, name).tensors.values()
const refusal = (bytes: Uint8Array): string => refusalOf(read, bytes)

/** An archive of this pickle and storage 0, of the floats 1, 2, 3, ..., beside what torch.save of PyTorch 2 adds. */
function archive(program: Uint8Array, elements = 4, others: readonly ZipFile[] = []): Uint8Array {
  const floats = Float32Array.from({ length: elements }, (_, i) => i + 1)
  const file = (name: string, content: string): ZipFile => ({
    name: `a/${name}`,
    data: new TextEncoder().encode(content),
  })
  return zipBytes([
    { name: 'a/data.pkl', data: program },
    file('.format_version', '1'),
    file('.storage_alignment', '64'),
    ...(others.some(({ name }) => name === 'a/byteorder') ? [] : [file('byteorder', 'little')]),
    { name: 'a/data/0', data: new Uint8Array(floats.buffer) },
    ...others,
    file('version', '3\n'),
    file('.data/serialization_id', '0123'),
  ])
}

const dictionary = (...items: readonly [string, readonly number[]][]): number[] => [
  0x7d,
  0x28,
  ...items.flatMap(([key, value]) => [...text(key), ...value]),
  0x75,
]

/** An archive of one tensor, x. */
const withTensor = (code: TensorCode, elements?: number): Uint8Array =>
  archive(pickle(dictionary(['x', tensor(code)])), elements)

const values = (bytes: Uint8Array): Record<string, number[]> =>
  Object.fromEntries([...readPyTorch(bytes).tensors].map(([name, { data }]) => [name, [...data]]))

describe('a file that PyTorch wrote', () => {
  it.each(Object.entries(golden.read))('of %s gives its tensors', (_, { file, tensors, ...where }) => {
    const { tensors: stored, ...said } = readPyTorch(decoded(file))
    expect(said).toMatchObject(where)
    expect([...stored.keys()]).toEqual(Object.keys(tensors))
    for (const [name, { shape, integer, values }] of Object.entries(tensors)) {
      expect(stored.get(name)).toMatchObject({ shape, dtype: integer ? 'int32' : 'float32' })
      expect([...stored.get(name)!.data]).toEqual(values.map((value) => (integer ? value : Math.fround(value))))
    }
  })

  it.each([
    ['a sparse tensor', 'holds "x", a torch._utils._rebuild_sparse_tensor, whose tensors cannot be read'],
    ['a complex tensor', 'holds "x", a torch.ComplexFloatStorage, whose tensors'],
    ['a quantised tensor', 'holds "x", a torch._utils._rebuild_qtensor, whose tensors'],
    ['a tensor alone', 'holds a tensor, which is not a dictionary of tensors'],
    ['a list', 'holds a list, which is not a dictionary of tensors'],
    ['an object', 'holds a argparse.Namespace, which is not a dictionary of tensors'],
    ['TorchScript', 'is a TorchScript archive, which holds code; load it with torch.jit.load and save'],
  ])('of %s is refused, and the message says what to do', (name, message) => {
    expect(refusal(decoded(golden.refused[name]))).toContain(`f: ${message}`)
    expect(refusal(decoded(golden.refused[name]))).toContain("torch.save(model.state_dict(), 'x.pth')")
  })

  it('of a whole network tells its class', () => {
    const { network } = readPyTorch(decoded(golden.read['a whole network'].file))
    expect(network).toBe('torch.nn.modules.container.Sequential')
  })

  it('gives the weights under a key that is asked for', () => {
    const bytes = decoded(golden.read.timm.file)
    const { tensors, key, others } = readPyTorch(bytes, 'f', { key: 'state_dict' })
    expect([key, others]).toEqual(['state_dict', ['state_dict_ema']])
    expect([...tensors.get('0.weight')!.data]).toEqual(
      golden.read["a network's state dict"].tensors['0.weight'].values.map(Math.fround),
    )
    expect(() => readPyTorch(bytes, 'f', { key: 'model' })).toThrow(
      'f: has no weights under "model"; it has "epoch", "arch", "state_dict", "state_dict_ema", "args"',
    )
  })

  it('is read without a copy where its bytes are aligned', () => {
    const bytes = decoded(golden.read['views of storages'].file)
    const { tensors } = readPyTorch(bytes)
    for (const name of ['whole', 'again', 'slice', 'oneRow']) expect(tensors.get(name)!.data.buffer).toBe(bytes.buffer)
    expect(tensors.get('transposed')!.data.buffer).not.toBe(bytes.buffer)
  })

  it('is read the same wherever in memory its bytes begin', () => {
    const bytes = decoded(golden.read['every type'].file)
    const within = new Uint8Array(bytes.length + 3).subarray(3)
    within.set(bytes)
    expect(readPyTorch(within)).toEqual(readPyTorch(bytes))
  })
})

describe('the state dict of a file', () => {
  const one = tensor({ shape: [1] })

  it.each([
    [
      'under state_dict',
      dictionary(['model', dictionary(['a', one])], ['state_dict', dictionary(['b', one])], ['c', one]),
      ['b'],
    ],
    ['under model', dictionary(['architecture', text('model')], ['model', dictionary(['a', one])]), ['a']],
    [
      'all of it',
      dictionary(['encoder', dictionary(['a', one])], ['model', one], ['epoch', integer(3)]),
      ['encoder.a', 'model'],
    ],
    [
      'averages of all weights',
      dictionary(['ema', dictionary(['module', dictionary(['a', one])])], ['model', dictionary(['a', one])]),
      ['module.a'],
    ],
    [
      'not averages of a part of them',
      dictionary(['ema', dictionary(['b', one])], ['model', dictionary(['a', one])]),
      ['a'],
    ],
    [
      'not the state of an optimizer',
      dictionary(['a', one], ['o', dictionary(['state', dictionary(['0', one])], ['param_groups', [0x5d]])]),
      ['a'],
    ],
  ])('is %s', (_, root, names) => {
    expect([...readPyTorch(archive(pickle(root))).tensors.keys()]).toEqual(names)
  })

  it('may name a tensor twice, and has none where the file has none', () => {
    const twice = dictionary(['a', [...tensor(), ...put(9)]], ['b', get(9)])
    const { tensors } = readPyTorch(archive(pickle(twice)))
    expect(tensors.get('a')).toBe(tensors.get('b'))
    expect(readPyTorch(archive(pickle('}'))).tensors.size).toBe(0)
  })
})

describe('a tensor', () => {
  it('is the part of its storage that offset, sizes and strides say', () => {
    expect(values(withTensor({ offset: 1, shape: [2], strides: [2] }))).toEqual({ x: [2, 4] })
    expect(values(withTensor({ shape: [2, 2], strides: [0, 1] }))).toEqual({ x: [1, 2, 1, 2] })
    expect(values(withTensor({ offset: 3, shape: [], strides: [] }))).toEqual({ x: [4] })
    expect(values(withTensor({ offset: 99, shape: [2, 0], strides: [7, 7] }))).toEqual({ x: [] })
  })

  it('has the values that its definition by strides gives', () => {
    const axis = fc.record({ size: fc.integer({ min: 1, max: 3 }), stride: fc.nat(5) })
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 4 }), fc.nat(3), (axes, offset) => {
        const [shape, strides] = [axes.map(({ size }) => size), axes.map(({ stride }) => stride)]
        let places = [offset]
        for (const { size, stride } of axes)
          places = places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * stride))
        expect(places).toHaveLength(sizeOf(shape))
        const bytes = withTensor({ offset, shape, strides, elements: 100 }, 100)
        expect(values(bytes)).toEqual({ x: places.map((place) => place + 1) })
      }),
      { seed: 20266 },
    )
  })

  it.each<[string, TensorCode, RegExp]>([
    ['reaches beyond its storage', { offset: 1 }, /reaches to element 4 of a storage of 4/],
    ['begins beyond its storage', { offset: 4, shape: [], strides: [] }, /reaches to element 4 of a storage of 4/],
    ['strides beyond it', { shape: [2], strides: [2n ** 40n] }, /reaches to element 1099511627776 of a storage of 4/],
    ['is of 2^104 elements', { shape: [2n ** 52n, 2n ** 52n], strides: [0, 0] }, /"x" needs 8\.1.*e\+31 bytes and/],
    [
      'has more elements than numbers have names',
      { shape: new Array(64).fill(2n ** 52n).fill(0, 63), strides: new Array(64).fill(0) },
      /"x" needs NaN bytes/,
    ],
    ['is longer than the file', { shape: [300], strides: [0] }, /"x" needs 1200 bytes .*tensor\.contiguous\(\)/],
    [
      'begins before its storage',
      { offset: -1 },
      /not made of a storage, an offset, at most 64 sizes and as many strides/,
    ],
    ['has a negative size', { shape: [-1] }, /not made of a storage/],
    ['has a negative stride', { strides: [-1] }, /not made of a storage/],
    ['has a size beyond whole numbers', { shape: [2n ** 60n] }, /not made of a storage/],
    ['has fewer strides than sizes', { shape: [2, 2] }, /not made of a storage/],
    [
      'has more axes than PyTorch has',
      { shape: new Array(65).fill(1), strides: new Array(65).fill(1) },
      /at most 64 sizes/,
    ],
    [
      'has a storage of an unknown type',
      { type: 'ComplexFloatStorage' },
      /"x", a torch\.ComplexFloatStorage, whose tensors/,
    ],
    ['says that its storage is shorter', { elements: 3 }, /storage "0" of 3 elements has 16 bytes; expected 12/],
    ['says that its storage is longer', { elements: 5 }, /storage "0" of 5 elements has 16 bytes; expected 20/],
    [
      'has a storage of 2^52 elements',
      { elements: 2n ** 52n },
      /storage "0" of 4503599627370496 elements has 16 bytes/,
    ],
    ['has a storage that is not there', { key: '1' }, /its archive has no "data\/1"; it is broken/],
    ['has its storage elsewhere', { key: '../version' }, /refers to \[\?,\?,\?,\?,4\] beside its pickle/],
  ])('that %s is refused', (_, code, message) => {
    expect(refusal(withTensor(code))).toMatch(message)
  })

  it('cannot be changed by the pickle once it is checked', () => {
    const sizes = [0x5d, ...put(1), ...integer(4), 0x61]
    const strides = [0x5d, ...integer(1), 0x61]
    const storage = [
      ...tuple(text('storage'), named('torch', 'FloatStorage'), text('0'), text('cpu'), integer(4)),
      0x51,
    ]
    const made = [
      ...Buffer.from(named('torch._utils', '_rebuild_tensor_v2')),
      ...tuple(storage, integer(0), sizes, strides, [0x89], [0x7d]),
      0x52,
    ]
    const grown = [...get(1), ...integer(1000), 0x61, 0x30]
    expect(values(archive(pickle(dictionary(['x', [...made, ...grown]]))))).toEqual({ x: [1, 2, 3, 4] })
  })
})

describe('a hostile file', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /is empty; it may be cut off; expected a file of torch\.save/],
    ['a web page', new TextEncoder().encode('<!doctype html>'), /is a web page that a server sent instead of the file/],
    [
      'another zip archive',
      zipBytes([{ name: 'a/b.txt', data: new Uint8Array(1) }]),
      /has no data\.pkl; .* not PyTorch's/,
    ],
    [
      'a compressed pickle',
      zipBytes([{ name: 'a/data.pkl', data: pickle('}'), says: { method: 8 } }]),
      /"data.pkl" in its archive is compressed/,
    ],
    [
      'bytes in another order',
      archive(pickle('}'), 4, [{ name: 'a/byteorder', data: new TextEncoder().encode('big') }]),
      /expected little-endian/,
    ],
    [
      'code',
      archive(pickle(named('os', 'system'), tuple(text('true')), 'R')),
      /holds a os\.system, which is not a dictionary of tensors/,
    ],
    [
      'code with a name that a terminal obeys',
      archive(pickle(named('\u009b31m\u2028', 'x\u001b[2J'))),
      /holds a \\u009b31m\\u2028\.x\\u001b\[2J, which/,
    ],
    [
      'a name that objects inherit',
      archive(pickle(named('constructor', 'constructor'))),
      /holds a constructor\.constructor/,
    ],
    [
      'a size that is none',
      archive(pickle(named('torch', 'Size'), tuple(text('x')), 'R')),
      /holds a torch\.Size of "x"/,
    ],
    [
      'a size of very many',
      archive(pickle(named('torch', 'Size'), tuple(tuple(...new Array(65).fill('N'))), 'R')),
      /holds a torch\.Size of \[\?/,
    ],
    [
      'an ordered dictionary of a list',
      archive(pickle(named('collections', 'OrderedDict'), tuple([0x5d, ...integer(1), 0x61]), 'R')),
      /OrderedDict that is not made of pairs/,
    ],
    [
      'a parameter of nothing',
      archive(pickle(named('torch._utils', '_rebuild_parameter'), ')R')),
      /a parameter that is not a tensor/,
    ],
    ['a key that is not a storage', archive(pickle('NQ')), /refers to "null" beside its pickle/],
    [
      'a storage of a type by its name',
      archive(
        pickle([...tuple(text('storage'), text('torch.FloatStorage'), text('0'), text('cpu'), integer(4)), 0x51]),
      ),
      /refers to \[\?,\?,\?,\?,4\] beside its pickle/,
    ],
    ['no dictionary', archive(pickle('N')), /holds something, which is not a dictionary of tensors/],
    [
      'two tensors of one name',
      archive(pickle(dictionary(['a.b', tensor()], ['a', dictionary(['b', tensor()])]))),
      /two tensors of the name "a\.b"/,
    ],
    [
      'a dictionary that holds itself',
      archive(pickle('}', put(0), text('x'), get(0), 's')),
      /nested more than 32 deep/,
    ],
    [
      'lists nested very deep',
      archive(pickle('}', text('x'), new Array(1e5).fill(0x5d), new Array(1e5 - 1).fill(0x61), 's')),
      /nested more than 32 deep/,
    ],
  ])('is refused for %s', (_, bytes, message) => {
    expect(refusal(bytes)).toMatch(message)
    expect(refusal(bytes).length).toBeLessThan(400)
  })

  it('is refused when its containers hold each other twice over and over', () => {
    // 2^30 paths lead to the tensor.
    const twice = Array.from({ length: 30 }, () => [...put(0), 0x30, 0x5d, 0x28, ...get(0), ...get(0), 0x65]).flat()
    const bytes = archive(pickle(dictionary(['x', [...tensor(), ...twice]])))
    expect(refusal(bytes)).toMatch(/repeats the same containers too often/)
  })

  it('is refused when a long name leads to very many tensors', () => {
    const list = [0x5d, 0x28, ...tensor(), ...put(0), ...new Array(2000).fill(get(0)).flat(), 0x65]
    const bytes = archive(pickle(dictionary(['x'.repeat(50_000), list])))
    expect(refusal(bytes)).toMatch(/too often/)
  })

  it('is refused when its tensors use a storage more often than four times', () => {
    const all = (count: number) =>
      archive(
        pickle(
          dictionary(
            ...Array.from({ length: count }, (_, i): [string, number[]] => [
              `${i}`,
              tensor({ elements: 10_000, shape: [10_000] }),
            ]),
          ),
        ),
        10_000,
      )
    expect(readPyTorch(all(4)).tensors.size).toBe(4)
    expect(refusal(all(6))).toMatch(/tensor "\d" needs 40000 bytes and all until it \d+, but the file has \d+/)
  })

  it('is read, or refused by a FormatError of one line, whatever bytes are changed or missing', () => {
    const good = Object.values(golden.read).map(({ file }) => decoded(file))
    fc.assert(
      fc.property(damaged([...good, withTensor({})]), (bytes) => expectReadOrRefused(read, bytes)),
      { seed: 20267, numRuns: randomCases(1500) },
    )
  })

  it('is read, or refused by a FormatError of one line, whatever its pickle is', () => {
    const good = [
      dictionary(['x', tensor()], ['y', tensor({ shape: [2, 2], strides: [1, 2] })]),
      dictionary(['state_dict', dictionary(['x', tensor({ type: 'HalfStorage', elements: 8 })])]),
    ].map((code) => pickle(code))
    fc.assert(
      fc.property(damaged(good), (program) => expectReadOrRefused(read, archive(program))),
      { seed: 20268, numRuns: randomCases(1500) },
    )
  })

  it('is read, or refused by a FormatError of one line, whatever its tensors are', () => {
    const number = fc.oneof(fc.nat(5), fc.constantFrom(-1, 2n ** 31n, 2n ** 52n, 2n ** 63n - 1n))
    const numbers = fc.array(number, { maxLength: 4 })
    const type = fc.constantFrom('FloatStorage', 'HalfStorage', 'BoolStorage', 'LongStorage', 'DoubleStorage')
    const code = fc.record({
      type,
      offset: number,
      shape: numbers,
      strides: numbers,
      elements: fc.constantFrom(2, 4, 8, 16),
    })
    fc.assert(
      fc.property(fc.array(code, { maxLength: 3 }), (codes) => {
        const items = codes.map((each, i): [string, number[]] => [
          `${i}`,
          tensor({ ...each, strides: each.shape.map((_, axis) => each.strides[axis] ?? 0) }),
        ])
        expectReadOrRefused(read, archive(pickle(dictionary(...items))))
      }),
      { seed: 20269, numRuns: randomCases(1000) },
    )
  })
})
