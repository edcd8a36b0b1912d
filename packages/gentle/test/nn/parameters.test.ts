import { expect, test } from 'vitest'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import { Conv2d, Flatten, Linear, ofInput, ReLU, Sequential } from '../../src/nn/index.ts'
import { headParameters, parameterShapes } from '../../src/nn/parameter-shapes.ts'
import { selectParameters } from '../../src/nn/select-parameters.ts'

const network = (classes: number) =>
  Sequential({ conv: Conv2d(4, 3), relu: ReLU(), flatten: Flatten(), fc: Linear(classes) })

test('the shapes of parameters are known without values', () => {
  expect([...parameterShapes(network(5), [1, 6, 6])]).toEqual([
    ['conv.weight', [4, 1, 3, 3]],
    ['conv.bias', [4]],
    ['fc.weight', [5, 64]],
    ['fc.bias', [5]],
  ])
  expect(() => parameterShapes(network(5), [1, 2, 2])).toThrow(ShapeError)
  const fields = { x: { dtype: 'float32', shape: [3] } } as const
  expect([...parameterShapes(ofInput('x', Linear(2)), fields)]).toEqual([
    ['weight', [2, 3]],
    ['bias', [2]],
  ])
})

test('the head is what depends on the number of classes', () => {
  expect([...headParameters(network, [1, 6, 6])]).toEqual([
    ['fc.weight', 0],
    ['fc.bias', 0],
  ])
})

test('parameters are selected by name, by the beginning of their path, and by globs', () => {
  const names = ['conv1.weight', 'layer1.0.weight', 'layer1.0.bias', 'layer10.weight', 'fc.bias']
  expect([...selectParameters(names, ['layer1'])]).toEqual(['layer1.0.weight', 'layer1.0.bias'])
  expect([...selectParameters(names, ['*.bias', 'fc'])]).toEqual(['layer1.0.bias', 'fc.bias'])
  expect([...selectParameters(new Map([['a.b', 1]]).keys(), ['a.b'])]).toEqual(['a.b'])
  expect(() => selectParameters(names, ['conv2.weight'])).toThrow(ArgumentError)
  expect(() => selectParameters(names, ['conv2.weight'])).toThrow(/the nearest is conv1\.weight/)
})
