import { expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { networks, segmenters } from '../../src/models/networks.ts'
import { buildNetwork, publishedSizes, recipeFor, takesPoints } from '../../src/models/recipes.ts'
import { parameterShapes } from '../../src/nn/parameter-shapes.ts'

test('every network has a recipe, and is built by its name for a number of classes', () => {
  for (const name of Object.keys(networks)) expect(recipeFor(name).epochs, name).toBeGreaterThan(0)
  expect([...parameterShapes(buildNetwork('lenet5', { classes: 7 }), [1, 28, 28])].at(-1)![1]).toEqual([7])
  expect(publishedSizes('resnet18')).toEqual({ inputShape: [3, 224, 224], classes: 1000 })
  for (const name of Object.keys(segmenters)) expect(publishedSizes(name).classes).toBe(21)
})

test('small networks take points, by a recipe and with layers of their own', () => {
  expect([takesPoints('mlp'), takesPoints('lenet5')]).toEqual([true, false])
  expect(recipeFor('mlp', { points: true }).optimizer).toBe('adam')
  expect(parameterShapes(buildNetwork('mlp', { classes: 2, points: true }), [2]).size).toBe(6)
})

test('deep networks without norms learn slowly', () => {
  expect(recipeFor('vgg16').learningRate).toBeLessThan(recipeFor('vgg16_bn').learningRate)
})

test('a name that no network has is refused, and all are named', () => {
  expect(() => buildNetwork('lenet', { classes: 2 })).toThrow(ArgumentError)
  expect(() => recipeFor('lenet')).toThrow(/choose from perceptron, .*, fcn$/)
})
