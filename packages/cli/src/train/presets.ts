/** Trainings that are known to work, by name. */

import { unknownChoice } from '../terminal/usage.ts'
import type { Settings } from './settings.ts'

const presets: Readonly<Record<string, Settings>> = {
  'classify-scenes': {
    task: 'classify',
    model: 'resnet14',
    data: 'scenes:side=64,objects=1-1,size=24-44,clutter=3,train=30000',
    epochs: 2,
    batchSize: 16,
    optimizer: 'adamW',
    learningRate: 0.003,
    weightDecay: 1e-4,
  },
  'localize-scenes': {
    task: 'localize',
    model: 'resnet14',
    data: 'scenes:side=64,objects=1-1,size=24-44,clutter=3,train=64000',
    epochs: 3,
    batchSize: 16,
    optimizer: 'adamW',
    learningRate: 0.003,
    weightDecay: 1e-4,
  },
  'detect-scenes': {
    task: 'detect',
    model: 'resnet14',
    data: 'scenes:side=96,objects=1-8,size=20-40,train=20000',
    epochs: 2,
    batchSize: 16,
    optimizer: 'adamW',
    learningRate: 0.003,
    weightDecay: 1e-4,
    clipNorm: 10,
  },
  'segment-scenes': {
    task: 'segment',
    model: 'unet',
    data: 'scenes:side=64,objects=1-4,size=20-36,clutter=3,train=14000',
    epochs: 4,
    batchSize: 16,
    optimizer: 'adamW',
    learningRate: 0.004,
    weightDecay: 1e-4,
  },
}

export const presetNames = Object.keys(presets)

/** @throws UsageError for a name that no preset has. */
export function presetNamed(name: string): Settings {
  if (!Object.hasOwn(presets, name)) throw unknownChoice('preset', name, presetNames)
  return presets[name]
}
