import { expect, test } from 'vitest'
import { chooseNetwork, pictureRecipe, rateWindow } from '../../src/models/picture-recipe.ts'

const lenet = 416_000
const resnet = 62_000_000
const recipe = (classCounts: readonly number[], multiplyAdds = lenet, validation = 50) =>
  pictureRecipe({ classCounts, multiplyAdds, validation }, 0.003)

const stepsOf = ({ epochs, batchSize }: { epochs: number; batchSize: number }, examples: number): number =>
  epochs * Math.ceil(examples / batchSize)

test('a few dozen pictures are seen often enough for hundreds of steps, in small batches', () => {
  const small = recipe([20, 20, 20])
  expect(small.batchSize).toBe(8)
  expect(stepsOf(small, 60)).toBeGreaterThanOrEqual(600)
  expect(stepsOf(recipe([20, 20, 20], resnet), 60)).toBeGreaterThanOrEqual(600)
})

test('a network that computes much makes no more steps than two minutes hold', () => {
  const [much, little] = [recipe([1000, 1000], resnet), recipe([1000, 1000])]
  expect(much.epochs).toBeLessThan(little.epochs)
  expect(much.epochs * 2000 * resnet).toBeLessThan(2.5e12)
  expect(recipe([1000, 1000], 1e12).epochs).toBe(5)
})

test('classes of very different sizes are balanced, others are not', () => {
  expect(recipe([200, 20]).classWeights).toBe('balanced')
  expect(recipe([100, 90]).classWeights).toBe('none')
})

test('nothing ends early where a handful of validation pictures would decide it', () => {
  expect(recipe([20, 20, 20], lenet, 10).patience).toBeUndefined()
  const { patience, epochs } = recipe([1000, 1000])
  expect(patience).toBe(Math.ceil(epochs / 2))
})

test('deep networks without norms are tried at lower rates', () => {
  expect(rateWindow('vgg16').highest).toBeLessThan(rateWindow('vgg16_bn').lowest)
})

test('points get an mlp, thousands of digits LeNet-5, pictures a residual network of their size', () => {
  expect(chooseNetwork([2], { examples: 500, files: false }).model).toBe('mlp')
  expect(chooseNetwork([1, 28, 28], { examples: 55_000, files: false }).model).toBe('lenet5')
  expect(chooseNetwork([1, 28, 28], { examples: 500, files: true })).toMatchObject({ model: 'resnet20', size: 28 })
  expect(chooseNetwork([3, 300, 200], { examples: 500, files: true })).toMatchObject({ model: 'resnet14', size: 64 })
  expect(chooseNetwork([3, 96, 96], { examples: 500, files: false }).size).toBeUndefined()
})
