/** The charts of experiments as they are stored, and what holds for each. */
import { expect, it } from 'vitest'
import { textProblems } from '../../plot/test/text-boxes.ts'
import { depthSvg } from '../src/experiments/depth-svg.ts'
import { featuresSvg } from '../src/experiments/features-svg.ts'
import { filterBank, filterCount, filterSize } from '../src/experiments/filter-bank.ts'
import { bestLoss } from '../src/experiments/gaussians.ts'
import { lossSvg } from '../src/experiments/loss-svg.ts'
import { cells, problems } from '../src/experiments/memory-results.ts'
import { memorySvg } from '../src/experiments/memory-svg.ts'
import { overfittingSvg } from '../src/experiments/overfitting-svg.ts'
import { distances } from '../src/experiments/shift-results.ts'
import { shiftSvg } from '../src/experiments/shift-svg.ts'

const seeds = [1, 2]
const seconds = 1

const depth = (): string =>
  depthSvg(
    [false, true].flatMap((residual) =>
      [20, 56].map((layers) => ({
        network: `${residual ? 'resnet' : 'plain'}${layers}`,
        layers,
        residual,
        parameters: 1,
        runs: seeds.map((seed) => ({
          seed,
          trainLoss: Array.from({ length: 6 }, (_, i) => 2.3 - (residual ? 0.3 : 0.2) * i + 0.05 * seed + layers / 200),
          test: { loss: 1, accuracy: 0.5 },
          seconds,
        })),
      })),
    ),
  )

const features = (): string => {
  const bank = filterBank(1)
  const filters = Array.from({ length: filterCount }, (_, i) =>
    [...bank.slice(i * filterSize ** 2, (i + 1) * filterSize ** 2)].map((weight) => Number(weight.toFixed(2))),
  ).slice(0, 2)
  return featuresSvg(
    ['pixels', 'hand-made filters', 'learned filters', 'LeNet-5'].map((name, i) => ({
      features: name,
      parameters: 1,
      runs: [100, 1000, 10_000].flatMap((examples, k) =>
        seeds.map((seed) => ({
          examples,
          seed,
          seconds,
          test: { loss: 1, accuracy: 0.75 + 0.05 * i + 0.03 * k + 0.01 * seed },
        })),
      ),
    })),
    filters,
    filters,
  )
}

const loss = (): string =>
  lossSvg(
    [10, 100, 1000, 10_000].map((examples) => ({
      examples,
      runs: seeds.map((seed) => {
        const off = (seed - 1.5) / Math.sqrt(examples)
        const optimism = 1.5 / examples
        return {
          seed,
          best: bestLoss + 0.4 * off,
          train: bestLoss + 0.4 * off - optimism,
          validation: bestLoss + optimism,
          expected: bestLoss + optimism,
        }
      }),
    })),
    bestLoss,
  )

const memory = (): string =>
  memorySvg(
    problems.flatMap((problem) =>
      cells.flatMap((cell, i) =>
        [10, 20, 50, 100].map((distance) => ({
          problem,
          cell,
          distance,
          runs: seeds.map((seed) => ({ seed, loss: 1, seconds, solved: Math.min(1, (5 + 20 * i + seed) / distance) })),
        })),
      ),
    ),
    cells.map((cell, i) => ({
      cell,
      gradients: seeds.map((seed) => Array.from({ length: 30 }, (_, back) => seed * Math.exp((-back * (3 - i)) / 8))),
    })),
  )

const overfitting = (): string =>
  overfittingSvg(
    ['none', 'dropout', 'weight decay', 'augmentation'].flatMap((remedy, i) =>
      [300, 3000].map((examples) => ({
        remedy,
        examples,
        runs: seeds.map((seed) => ({
          seed,
          seconds,
          moments: [10, 100, 1000].map((step, k) => ({
            step,
            train: { loss: 1.8 / (k + 1) ** 2, accuracy: 0.9 },
            validation: { loss: 1.5 - 0.1 * i + 0.2 * k * seed, accuracy: 0.85 + 0.02 * i + 0.01 * seed },
          })),
        })),
      })),
    ),
  )

const shift = (): string =>
  shiftSvg(
    ['mlp', 'LeNet-5', 'LeNet-5 on moved digits', 'convolutions and a mean'].map((network, i) => ({
      network,
      parameters: 1,
      runs: seeds.map((seed) => ({
        seed,
        seconds,
        left: distances.map((far) => 1 / (1 + (far * far) / (4 * (i + seed)))),
        everywhere: distances.map((far) => 1 / (1 + (far * far) / (5 * (i + seed)))),
      })),
    })),
    { height: 8, width: 8, pixels: Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 0)) },
  )

it.each(Object.entries({ depth, features, loss, memory, overfitting, shift }))(
  'the picture of the experiment %s is as it is stored, its texts within it and none on another',
  async (name, draw) => {
    const svg = draw()
    expect(textProblems(svg)).toEqual([])
    await expect(svg).toMatchFileSnapshot(`snapshots/${name}.svg`)
  },
)
