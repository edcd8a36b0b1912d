/** Trains in Node before the browser opens, so that its tests can compare. */
import type { TestProject } from 'vitest/node'
import { type Training, trainLenet5 } from './train-lenet5.ts'

declare module 'vitest' {
  interface ProvidedContext {
    inNode: Training
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('inNode', await trainLenet5({ threads: 2 }))
}
