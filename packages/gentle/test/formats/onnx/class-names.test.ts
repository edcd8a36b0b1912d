import { describe, expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { classNamesIn } from '../../../src/formats/onnx/class-names.ts'
import { exportOnnx, loadOnnx } from '../../../src/formats/onnx/index.ts'
import { createModel, Linear } from '../../../src/nn/index.ts'

describe('names of classes in metadata of ONNX', () => {
  it.each([
    [{ classes: '["cat","dog"]' }, ['cat', 'dog']],
    [{ names: `{0: 'cat', 1: "dog's", 2: 'a \\'b\\', c: d'}` }, ['cat', "dog's", "a 'b', c: d"]],
    [{ names: `{0: 'cat',}` }, ['cat']],
  ])('are read of %j', (metadata, names) => {
    expect(classNamesIn(metadata as Record<string, string>)).toEqual(names)
  })

  it.each([
    {},
    { classes: 'cat, dog' },
    { classes: '[1, 2]' },
    { classes: '[]' },
    { names: '{}' },
    { names: "{1: 'cat'}" },
    { names: "{0: 'cat', 2: 'dog'}" },
    { names: '{0: cat}' },
    { names: "['cat']" },
  ])('are not guessed of %j', (metadata) => {
    expect(classNamesIn(metadata as Record<string, string>)).toBeUndefined()
  })

  it('are written and read again', async () => {
    const backend = reference()
    const model = await createModel(Linear(2), [3], { classes: ['cat', 'dog'], backend })
    const read = await loadOnnx(await exportOnnx(model), { backend })
    expect(read.classes).toEqual(['cat', 'dog'])
    expect((await read.asModel()).classes).toEqual(['cat', 'dog'])
  })
})
