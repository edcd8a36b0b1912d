import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

describe('gentle summary', () => {
  it('tells memory for a batch, and a table that fits the terminal', async () => {
    const { stdout } = await gentle(['summary', 'lenet5', '--batch-size', '64'])
    expect(stdout).toMatch(/3 {2}conv2d +16 x 10 x 10 +2,416 +240,000 +480,000 /)
    expect(stdout).toContain('416,520 multiply-adds per example, or 833,040 FLOPs')
    expect(stdout).toMatch(/activations of a batch of 64: peak of [\d.]+ MiB in inference, [\d.]+ MiB in training/)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })

  it('counts the networks of the lecture as they were published', async () => {
    const { stdout } = await gentle(['summary', 'googlenet', '--input', '224x224x3', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ parameters: 6_624_904, macs: 1_498_376_192, flops: 2_996_752_384 })
  })

  it('takes a single number as the side of a square', async () => {
    const { stdout } = await gentle(['summary', 'resnet20', '--input', '16', '--json'])
    expect(JSON.parse(stdout).inputShape).toEqual([3, 16, 16])
    const points = await gentle(['summary', 'mlp', '--input', '16', '--json'])
    expect(JSON.parse(points.stdout).inputShape).toEqual([16])
  })

  it('draws the graph', async () => {
    const file = join(temporaryFolder(), 'lenet5.svg')
    const { code } = await gentle(['summary', 'lenet5', '--svg', file, '--json'])
    expect(code).toBe(0)
    const picture = readFileSync(file, 'utf8')
    for (const words of ['lenet5 on 1 x 28 x 28', '5 x 5 conv, 16', '2 x 2 avgPool2d, /2', 'linear, 84'])
      expect(picture).toContain(words)
  })
})
