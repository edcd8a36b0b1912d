/** A training on three threads, from the formula: Node and a bundled page have to print the same. */
import { gradients, input, Random, variable, wasm } from 'gentle-dl'
import { conv2d, mean, mul, reshape, sub, tanh } from 'gentle-dl/ops'

export async function losses(): Promise<{ backend: string; losses: number[] }> {
  const random = new Random(5)
  const values = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal())
  const x = input([64, 1, 12, 12])
  const y = input([64, 8 * 10 * 10])
  const weights = variable([8, 1, 3, 3], values(8 * 9))
  const error = sub(reshape(tanh(conv2d(x, weights)), [64, -1]), y)
  const loss = mean(mul(error, error))
  const [gradient] = gradients(loss, [weights])
  const backend = await wasm({ threads: 3, wideVectors: false })
  const step = await backend.compile({
    inputs: { x, y },
    outputs: { loss },
    updates: [[weights, sub(weights, mul(0.5, gradient))]],
  })
  const feed = { x: values(64 * 144), y: values(64 * 800) }
  const losses: number[] = []
  for (let i = 0; i < 20; i++) losses.push((await step.run(feed)).loss.data[0])
  await backend.close()
  return { backend: backend.name, losses }
}
