/** Trainings on some of the examples, and for some time. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

describe('gentle train on some examples', () => {
  const train = ['train', 'mlp', '--data', 'moons', '--threads', '1']

  it('--fraction trains on these, says so in run.json, and eval takes the same for its train part', async () => {
    const run = join(temporaryFolder(), 'fraction')
    const { stderr } = await gentle([...train, '--epochs', '1', '--fraction', '0.25', '--run-dir', run])
    expect(stderr).toContain('a fraction of 0.25 of 1,000 training examples, chosen by seed 0')
    const { settings, examples } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    expect([settings.fraction, examples]).toEqual([0.25, { train: 250, validation: 500, test: 500 }])
    expect((await gentle(['eval', run])).code).toBe(0)
    const { stdout, stderr: told } = await gentle(['eval', run, '--split', 'train', '--json'])
    expect(told).toContain(`moons, train part: the examples alone that ${run} was trained on, by --fraction 0.25`)
    const { train: onTrain } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(JSON.parse(stdout)).toMatchObject({ examples: 250, ...onTrain })
    const predicted = await gentle(['predict', run, '--split', 'train', '--json'])
    expect(JSON.parse(predicted.stdout)).toHaveLength(250)
    const other = await gentle(['train', '--resume', run, '--fraction', '0.5'])
    expect(other.stderr).toMatch(/--fraction cannot be changed/)
  })

  it('--overfit-batches validates on what it trains on, in one order, and says whether it was learned by heart', async () => {
    const run = join(temporaryFolder(), 'overfit')
    const batches = ['--overfit-batches', '2', '--batch-size', '8', '--learning-rate', '0.1', '--momentum', '0.9']
    const learned = await gentle([...train, ...batches, '--optimizer', 'sgd', '--run-dir', run])
    expect(learned.stderr).toMatch(/^learned by heart: the loss of the batches went from /m)
    const { examples } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    expect(examples).toEqual({ train: 16, validation: 16, test: 500 })
    const evaluated = await gentle(['eval', run, '--split', 'validation', '--json'])
    expect(evaluated.stderr).toContain(`validation part: the examples alone that ${run} was trained on, by --overfit`)
    expect(JSON.parse(evaluated.stdout).examples).toBe(16)
    const slow = ['--learning-rate', '1e-6', '--epochs', '2', '--run-dir', `${run}-slow`]
    const { stderr } = await gentle([...train, '--overfit-batches', '1', ...slow])
    expect(stderr).toMatch(/^NOT learned by heart: /m)
  })

  it('--fast-dev-run does everything once and leaves nothing', async () => {
    const { code, stdout } = await gentle([...train, '--fast-dev-run', '--epochs', '50'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^fast dev run: one batch of training, .*; loss: training [\d.]+, validation [\d.]+, test /)
  })

  it('--time ends the training with what there is, within an epoch, too, and says where that leaves the schedule', async () => {
    const run = join(temporaryFolder(), 'time')
    const { code, stderr } = await gentle([
      ...train,
      '--epochs',
      '1000000',
      '--time',
      '1s',
      '--run-dir',
      run,
      '--quiet',
    ])
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /the 1s of --time are over in epoch \d+ of 1000000, .* by the schedule, linear, the learning/,
    )
    const { bestEpoch, epochs } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(bestEpoch).toBeGreaterThan(0)
    expect(epochs).toBe(1_000_000)
  })
})
