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
  expect(stepsOf(recipe([20, 20, 20], resnet), 60)).toBeGreaterThanOrEqual(1500)
  expect(recipe([100, 100], resnet).batchSize).toBe(16)
  expect(stepsOf(recipe([100, 100], resnet), 200)).toBeGreaterThanOrEqual(1500)
})

test('a network that computes little makes more steps, up to a limit', () => {
  expect(stepsOf(recipe([20, 20, 20]), 60)).toBeGreaterThanOrEqual(4000)
  expect(stepsOf(recipe([1000, 1000]), 2000)).toBeLessThan(4100)
  expect(recipe([2, 2]).epochs).toBe(600)
})

test('a network that computes much makes no more steps than a minute and a half holds', () => {
  const [much, little] = [recipe([1000, 1000], resnet), recipe([1000, 1000])]
  expect(much.epochs).toBeLessThan(little.epochs)
  expect(much.epochs * 2000 * resnet).toBeLessThan(1.6e12)
  expect(recipe([1000, 1000], 1e12).epochs).toBe(5)
})

test('thousands of pictures are seen forty times, where that is affordable', () => {
  expect(recipe([1000, 1000], 12_000_000).epochs).toBe(40)
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

test('residual networks are tried at rates far below those at which a seed stays near guessing', () => {
  expect(rateWindow('resnet14').highest).toBeLessThan(0.004 / 1.5)
  expect(rateWindow('resnet14').lowest).toBeLessThan(rateWindow('resnet14').highest)
})

test('LeNet-5, without norms but shallow, is tried at rates between theirs and those of networks with norms', () => {
  expect(rateWindow('lenet5').recommended).toBeGreaterThan(rateWindow('vgg16').recommended)
  expect(rateWindow('lenet5').recommended).toBeLessThan(rateWindow('resnet20').lowest)
})

test('points get an mlp, and tens of thousands of small pictures what is known to learn them', () => {
  expect(chooseNetwork([2], { examples: 500, files: false }).model).toBe('mlp')
  expect(chooseNetwork([1, 28, 28], { examples: 55_000, files: false }).model).toBe('lenet5')
  expect(chooseNetwork([3, 32, 32], { examples: 50_000, files: false }).model).toBe('resnet20')
})

test('fewer pictures get a small residual network, at their own size or at 64 pixels', () => {
  expect(chooseNetwork([1, 28, 28], { examples: 500, files: true })).toMatchObject({ model: 'resnet14', size: 28 })
  expect(chooseNetwork([3, 300, 200], { examples: 500, files: true })).toMatchObject({ model: 'resnet14', size: 64 })
  expect(chooseNetwork([3, 12, 16], { examples: 500, files: true }).size).toBe(24)
  expect(chooseNetwork([3, 96, 96], { examples: 500, files: false }).size).toBeUndefined()
  expect(chooseNetwork([3, 300, 200], { examples: 500, files: true }).why).toMatch(/resized to 64 x 64/)
})
