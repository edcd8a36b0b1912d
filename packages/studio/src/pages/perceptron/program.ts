import { epochs, type Point } from './trace.ts'

/** The program that does what the page does. */
export const program = (
  points: readonly Point[],
  learningRate: number,
): string => `import { perceptronRule } from 'gentle-dl'
import { inMemory } from 'gentle-dl/data'

const points = inMemory({
  inputs: Float32Array.of(${points.map(([x1, x2]) => `${x1}, ${x2}`).join(',  ')}),
  inputShape: [2],
  targets: Int32Array.of(${points.map(([, , target]) => target).join(', ')}),
  classes: ['no', 'yes'],
})

const { mistakes } = await perceptronRule(points, {
  learningRate: ${learningRate},
  epochs: ${epochs},
  onStep: ({ example, predicted, target, weights, bias }) => {
    if (predicted !== target) console.log(\`point \${example + 1}: now w = \${weights.join(', ')}, b = \${bias}\`)
  },
})
console.log('mistakes in each epoch:', mistakes.join(' '))
`
