/** All pages, in the lecture's order. Each is loaded when it is first shown. */
import type { ComponentType } from 'preact'

export interface Page {
  /** In its address. */
  readonly name: string
  readonly title: string
  /** What one does there, in a sentence. */
  readonly summary: string
  /** What a teacher says there, a line each. */
  readonly notes: readonly string[]
  load(): Promise<{ readonly default: ComponentType }>
}

export const pages: readonly Page[] = [
  {
    name: 'perceptron',
    title: 'Perceptron',
    summary: 'Drag points and watch a single neuron find the line between them, or fail to.',
    notes: [
      'Begin with AND: predict each update before you step.',
      'XOR: ask where the line would have to be. Let it run, and see that it never stops.',
      'So one neuron is not enough: on to networks.',
    ],
    load: () => import('../pages/perceptron/page.tsx'),
  },
]
