import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { adam, fit, Linear, type Model, predict, ReLU, Sequential } from 'gentle-dl'
import { moons } from 'gentle-dl/data'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serve } from './server.ts'

let server: Server
let model: Model
beforeAll(async () => {
  const network = Sequential(Linear(32), ReLU(), Linear(2))
  const optimizer = adam({ learningRate: 0.02 })
  model = (await fit(network, moons(), { optimizer, batchSize: 32, epochs: 30, seed: 1 })).model
  await new Promise<void>((listening) => {
    server = serve(model).listen(0, '127.0.0.1', () => listening())
  })
})
afterAll(() => server?.close())

async function ask(body: string): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { port } = server.address() as AddressInfo
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`http://127.0.0.1:${port}/predict`, { method: 'POST', headers, body })
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
}

it('answers with classes and probabilities, for requests that come at the same time, too', async () => {
  const points = new Float32Array(40)
  await moons({ seed: 5 }).read([...Array(20).keys()], points, new Int32Array(20))
  const { data } = await predict(model, points, { probabilities: true })
  const asked = Array.from({ length: 20 }, (_, i) =>
    ask(JSON.stringify({ inputs: [[...points.subarray(2 * i, 2 * i + 2)]] })),
  )
  for (const [i, { status, answer }] of (await Promise.all(asked)).entries()) {
    expect(status).toBe(200)
    const wanted = [...data.subarray(2 * i, 2 * i + 2)]
    const [{ class: found, probabilities }] = answer['answers'] as { class: string; probabilities: number[] }[]
    for (const [label, probability] of wanted.entries()) expect(probabilities[label]).toBeCloseTo(probability, 5)
    expect(found).toBe(model.classes![wanted[0] > wanted[1] ? 0 : 1])
  }
})

it.each([
  ['no JSON', '{', 'JSON'],
  ['no inputs', '{}', 'expected { "inputs": [[...], ...] }: at least one example, each of 2 numbers'],
  ['an example of another size', '{ "inputs": [[1, 2, 3]] }', 'each of 2 numbers'],
  ['something that is not a number', '{ "inputs": [[1, "2"]] }', 'each of 2 numbers'],
])('refuses %s', async (_, body, message) => {
  const { status, answer } = await ask(body)
  expect(status).toBe(400)
  expect(answer['error']).toContain(message)
})
