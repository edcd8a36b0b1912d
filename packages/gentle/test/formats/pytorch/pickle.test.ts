import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../../src/core/errors.ts'
import { failing } from '../../../src/formats/failure.ts'
import {
  PickleDictionary,
  PickleName,
  PickleObject,
  type PickleValue,
  unpickle,
  unpickleFirst,
} from '../../../src/formats/pytorch/pickle.ts'
import { randomCases } from '../../random-cases.ts'
import { get, integer, long, named, pickle, put, text, tuple } from './pickle-bytes.ts'

/** Knows one name, which gives a function that hands back its parameters. */
function read(bytes: Uint8Array): PickleValue {
  const fail = failing('f')
  return unpickle(
    bytes,
    {
      named: (name) => (name === 'known.names.echo' ? (parameters) => ['echo', parameters] : undefined),
      persistent: (key) => ['beside', key],
    },
    fail,
  )
}

function refusal(bytes: Uint8Array): string {
  try {
    read(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    return (error as Error).message
  }
  throw new Error('the pickle was read')
}

function dictionary(...items: readonly PickleValue[]): PickleDictionary {
  const made = new PickleDictionary()
  made.items.push(...items)
  return made
}

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

describe('a pickle that Python wrote', () => {
  // pickle.dumps({'a': [1, 300, -100000, 2**32, 2**70, -1], 'b': (0.5, None, True, False, 'ü', ()),
  //   'c': {7: [], 't': (1,), 'u': (1, 2), 'v': (1, 2, 3, 4)}}, protocol), from protocol 3 on with 'd': b'\x00\xff'
  const inner = dictionary(7, [], 't', [1], 'u', [1, 2], 'v', [1, 2, 3, 4])
  const items = ['a', [1, 300, -100_000, 2 ** 32, 2n ** 70n, -1], 'b', [0.5, null, true, false, 'ü', []], 'c', inner]

  it('of protocol 2 gives its values', () => {
    const bytes = fromHex(
      '80027d71002858010000006171015d7102284b014d2c014a6079feff8a0500000000018a090000000000000000404affffffff65580100000062710328473fe00000000000004e88895802000000c3bc71042974710558010000006371067d7107284b075d710858010000007471094b0185710a580100000075710b4b014b0286710c580100000076710d284b014b024b034b0474710e75752e',
    )
    expect(read(bytes)).toEqual(dictionary(...items))
  })

  it.each([
    [
      3,
      '80037d71002858010000006171015d7102284b014d2c014a6079feff8a0500000000018a090000000000000000404affffffff65580100000062710328473fe00000000000004e88895802000000c3bc71042974710558010000006371067d7107284b075d710858010000007471094b0185710a580100000075710b4b014b0286710c580100000076710d284b014b024b034b0474710e75580100000064710f430200ff7110752e',
    ],
    [
      4,
      '8004957d000000000000007d94288c0161945d94284b014d2c014a6079feff8a0500000000018a090000000000000000404affffffff658c01629428473fe00000000000004e88898c02c3bc942974948c0163947d94284b075d948c0174944b0185948c0175944b014b0286948c017694284b014b024b034b047494758c016494430200ff94752e',
    ],
    [
      5,
      '8005957d000000000000007d94288c0161945d94284b014d2c014a6079feff8a0500000000018a090000000000000000404affffffff658c01629428473fe00000000000004e88898c02c3bc942974948c0163947d94284b075d948c0174944b0185948c0175944b014b0286948c017694284b014b024b034b047494758c016494430200ff94752e',
    ],
  ])('of protocol %i gives its values, bytes among them', (_, hex) => {
    expect(read(fromHex(hex))).toEqual(dictionary(...items, 'd', Uint8Array.of(0, 255)))
  })

  it('of Python 2 gives its text, and sets and long numbers give their values', () => {
    expect(read(pickle('U', [1], 'a'))).toBe('a')
    expect(read(pickle('T', [1, 0, 0, 0], 'a'))).toBe('a')
    // pickle.dumps([{1}, frozenset([2])], 4), pickle.dumps(bytearray(b'a'), 5)
    expect(read(fromHex('80049510000000000000005d94288f94284b0190284b029194652e'))).toEqual([[1], [2]])
    expect(read(fromHex('8005950c0000000000000096010000000000000061942e'))).toEqual(Uint8Array.of(0x61))
    expect(read(pickle([0x8b, 2, 0, 0, 0, 0, 1]))).toBe(256)
  })

  it('may be followed by another', () => {
    const both = Uint8Array.of(...pickle(integer(1)), ...pickle(integer(2)))
    const names = { named: () => undefined, persistent: () => null }
    const first = unpickleFirst(both, names, failing('f'))
    expect(first).toEqual({ value: 1, length: both.length / 2 })
    expect(unpickleFirst(both.subarray(first.length), names, failing('f')).value).toBe(2)
  })

  it('may hold itself', () => {
    // list = []; loop = (list,); list.append(loop); pickle.dumps(loop, 2)
    const loop = read(fromHex('80025d71006800857101613068012e')) as readonly PickleValue[][]
    expect(loop[0][0]).toBe(loop)
  })
})

describe('names of code', () => {
  it('are never looked up: what they would have made is what the pickle says of it', () => {
    const system = new PickleObject('os.system', ['rm -rf /'])
    expect(read(pickle(named('os', 'system'), text('rm -rf /'), [0x85], 'R'))).toEqual(system)
    expect(read(pickle(text('os'), text('system'), [0x93], text('rm -rf /'), [0x85], 'R'))).toEqual(system)
    expect(read(pickle(named('builtins', '__proto__')))).toEqual(new PickleName('builtins.__proto__'))
  })

  it('make objects with attributes, entries and items', () => {
    // pickle.dumps(argparse.Namespace(lr=1), 2)
    const namespace = read(
      fromHex('80026361726770617273650a4e616d6573706163650a7100298171017d710258020000006c7271034b0173622e'),
    )
    expect(namespace).toBeInstanceOf(PickleObject)
    expect(namespace).toMatchObject({ name: 'argparse.Namespace', state: dictionary('lr', 1) })
    // What a subclass of list and of dict holds; then what its parameters by name are.
    expect(read(pickle(named('a', 'List'), ')', [0x81], integer(3), 'a'))).toMatchObject({ entries: [3] })
    expect(read(pickle(named('a', 'Dict'), ')R', text('k'), integer(3), 's'))).toMatchObject({ items: ['k', 3] })
    expect(read(pickle(named('a', 'B'), ')', '}', [0x92]))).toMatchObject({ parameters: [dictionary()] })
  })

  it('stand for what they are said to stand for', () => {
    expect(read(pickle(named('known.names', 'echo'), tuple(integer(1), text('a')), 'R'))).toEqual(['echo', [1, 'a']])
    expect(read(pickle(text('key'), 'Q'))).toEqual(['beside', 'key'])
  })

  it.each<[string, Uint8Array]>([
    ['makes an object by name (INST)', pickle('(ios\nsystem\n')],
    ['calls with a mark (OBJ)', pickle('(}', 'o')],
    ['looks into the registry (EXT1)', pickle([0x82, 1])],
    ['asks for a buffer (NEXT_BUFFER)', pickle([0x97])],
    ['reads a number by its text (INT)', pickle('I01\n')],
  ])('a pickle that %s is refused by its opcode', (_, bytes) => {
    expect(refusal(bytes)).toMatch(
      /^f: its pickle is broken at byte \d+: opcode 0x[0-9a-f]{2} makes more than plain data$/,
    )
  })
})

describe('a broken pickle', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /is cut off/],
    ['an older protocol', Uint8Array.of(0x80, 1, 0x4e, 0x2e), /protocol 1; expected 2 to 5/],
    [
      'more bytes than the tensors of any network need',
      new Uint8Array(2 ** 22 + 1),
      /has 4194305 bytes; expected at most/,
    ],
    ['text beyond its end', pickle([0x58, 0xff, 0xff, 0xff, 0xff]), /is cut off/],
    ['text of 2^64 bytes', pickle([0x8d, ...new Array(8).fill(0xff)]), /is cut off/],
    ['a name without an end', pickle('cos'), /is cut off/],
    ['an empty stack', pickle(), /its stack is empty/],
    ['a tuple of more than there is', pickle('N', [0x86]), /its stack is empty/],
    ['values taken from below a mark', pickle('N', '(', [0x85]), /its stack is empty/],
    ['a tuple without its mark', pickle('N', 't'), /there is no mark/],
    ['what is not remembered', pickle(get(5)), /recalls value 5, which is not there/],
    ['nothing to remember', pickle(put(5)), /its stack is empty/],
    ['an element of a dictionary', pickle('}', 'N', 'a'), /appends to what is not a list/],
    ['an item of a list', pickle(']', 'NN', 's'), /sets items of what is not a dictionary/],
    ['a key without a value', pickle('}', '(N', 'u'), /sets items of what is not a dictionary/],
    ['attributes of a list', pickle(']', '}', 'b'), /sets attributes of what is not an object/],
    ['a call of what is not a function', pickle(text('os.system'), ')', 'R'), /calls what is not a function/],
    [
      'parameters that are not a tuple',
      pickle(named('known.names', 'echo'), '}', 'R'),
      /its parameters are not a tuple/,
    ],
    ['a whole number of very many bytes', pickle([0x8b, 0, 8, 0, 0], new Array(2048).fill(1)), /expected at most 1024/],
    ['a name that is a number', pickle('NN', [0x93]), /a name is not text/],
  ])('is refused for %s', (_, bytes, message) => {
    expect(refusal(bytes)).toMatch(message)
  })

  it('takes no more time and memory than its bytes do, however deep, shared or far away its values are', () => {
    const deep = 200_000
    expect(() => read(pickle(new Array(deep).fill(0x5d), new Array(deep - 1).fill(0x61)))).not.toThrow()
    expect(() => read(pickle('N', new Array(deep).fill(0x85)))).not.toThrow()
    // Each tuple holds the one before it twice: 2^60,000 leaves, were they ever counted.
    const doubling = Array.from({ length: 60_000 }, () => [...put(0), ...get(0), 0x86]).flat()
    expect(() => read(pickle(')', doubling))).not.toThrow()
    expect(read(pickle('N', put(0xffffffff), '0', get(0xffffffff)))).toBe(null)
    const many = Array.from({ length: 300_000 }, () => 0x4e)
    expect(read(pickle('](', many, 'e'))).toHaveLength(300_000)
  })

  it('gives a value, or is refused by a FormatError of one line, whatever its program is', () => {
    const operation = fc.oneof(
      fc.constantFrom(...'NNN((t)]}aesub0Q1R').map((opcode) => [opcode.charCodeAt(0)]),
      fc.constantFrom(0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94).map((opcode) => [opcode]),
      fc.nat(3).map(put),
      fc.nat(3).map(get),
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(long),
      fc.string({ unit: 'binary', maxLength: 4 }).map(text),
      fc.constant([...Buffer.from(named('known.names', 'echo'))]),
      fc.nat(255).map((byte) => [byte]),
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (program) => {
        try {
          read(pickle(program.flat()))
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          expect((error as Error).message).toMatch(/^f: .+$/)
        }
      }),
      { seed: 20264, numRuns: randomCases(100) },
    )
  })
})
