/** The worker of every page: they are one program, whose parts are loaded when they are needed, so that pages share the engine's files. Its name says which page it serves. */
import { expose } from 'comlink'

const workers = {
  architectures: () => import('../pages/architectures/worker.ts'),
  convolution: () => import('../pages/convolution/worker.ts'),
  cost: () => import('../pages/cost/worker.ts'),
  learning: () => import('../pages/learning/worker.ts'),
  lenet: () => import('../pages/lenet/worker.ts'),
  network: () => import('../pages/network/worker.ts'),
  overfitting: () => import('../pages/overfitting/worker.ts'),
  perceptron: () => import('../pages/perceptron/worker.ts'),
  pictures: () => import('../pages/pictures/worker.ts'),
  runs: () => import('../pages/runs/worker.ts'),
  sound: () => import('../pages/sound/worker.ts'),
  tasks: () => import('../pages/tasks/worker.ts'),
}

type Workers = typeof workers

/** What the worker of each page does, by the page's name. */
export type PageWorkers = { readonly [Name in keyof Workers]: Awaited<ReturnType<Workers[Name]>>['api'] }

const early: MessageEvent[] = []

const keep = (event: MessageEvent): void => {
  early.push(event)
}

// The page asks at once, before what answers is loaded.
addEventListener('message', keep)
workers[self.name as keyof Workers]().then(({ api }) => {
  removeEventListener('message', keep)
  expose(api)
  for (const event of early) dispatchEvent(event)
}, reportError)
