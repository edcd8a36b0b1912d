import { describe, expect, it } from 'vitest'
import { cocoFiles, folderOf, sceneList } from '../../gentle/test/data/annotated/written-sets.ts'
import { gentle } from './command.ts'
import { describeTask, scenes, type TaskRun } from './task-runs.ts'

const list = await sceneList(24)
const data = `coco:${folderOf(await cocoFiles({ train2017: list.slice(0, 16), val2017: list.slice(16) }))}`
const more = ['--resize', '32', '--epochs', '1', '--batch-size', '8']

/** Presets on so small a network, and so few pictures, that all but how well they learn is tested. */
const few: Readonly<Record<string, TaskRun>> = {
  localize: { model: 'lenet5', preset: 'localize-scenes', data, more, score: 'label correct and IoU >= 0.5' },
  detect: { model: 'lenet5', preset: 'detect-scenes', data, more, score: 'AP50' },
}

for (const [task, run] of Object.entries(few)) describeTask(task, run)

describe('gentle train --task', () => {
  it.each([
    [['--task', 'find'], /unknown --task 'find'/],
    [['--preset', 'detect-scene'], /did you mean detect-scenes\?/],
    [['resnet14', '--task', 'segment'], /resnet14 is not for --task segment; choose from unet, fcn/],
    [['unet', '--task', 'detect'], /unet is not for --task detect/],
    [['mlp', '--task', 'localize', '--data', scenes('train=8')], /flattens its pictures immediately/],
    [['--task', 'detect', '--data', 'scenes:objects=3-1'], /objects is 3 to 1/],
    [['--task', 'detect', '--data', 'scenes:wheels=3'], /unknown option of scenes:wheels=3: 'wheels'/],
    [['--task', 'detect', '--data', 'scenes:side=big'], /side is big; expected a number/],
    [['--task', 'detect', '--data', 'scenes:source=cifar10:x'], /expected mnist or idx:DIR/],
    [
      ['--task', 'segment', '--data', scenes('train=8'), '--loss', 'hinge'],
      /expected one of crossEntropy, dice, focal, both/,
    ],
    [['--task', 'detect', '--data', scenes('train=8'), '--augment', 'mixUp'], /mixes pictures/],
    [['--task', 'detect', '--data', scenes('train=8'), '--class-weights', 'balanced'], /is for --task classify/],
  ])('refuses %j in one line', async (args, message) => {
    const { code, stderr } = await gentle(['train', ...args, '--quiet'])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    // Choices that are many come in columns below the line.
    expect(stderr.trim()).not.toMatch(/\n\S/)
  })
})
