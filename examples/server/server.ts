/** A trained model behind HTTP: examples come as JSON, classes and probabilities go back. */
import express, { type ErrorRequestHandler, type Express } from 'express'
import { GentleError, type Model, predict, sizeOf } from 'gentle-dl'

/** The examples of a request, or what is wrong with it. */
function examplesIn(body: unknown, width: number): Float32Array | string {
  const inputs = (body as { inputs?: unknown } | undefined)?.inputs
  const isExample = (each: unknown): each is number[] =>
    Array.isArray(each) && each.length === width && each.every((value) => Number.isFinite(value))
  return Array.isArray(inputs) && inputs.length > 0 && inputs.every(isExample)
    ? Float32Array.from(inputs.flat())
    : `expected { "inputs": [[...], ...] }: at least one example, each of ${width} numbers`
}

const sendError: ErrorRequestHandler = (error, _request, response, _next) => {
  const { status = error instanceof GentleError ? 400 : 500, message } = error as { status?: number; message: string }
  response.status(status).json({ error: status === 500 ? 'the model could not answer' : message })
}

/** Serves `POST /predict` with `{ inputs }`; the answer has a class, by name where the model knows names, and all probabilities for each example. */
export function serve(model: Model): Express {
  const app = express()
  app.use(express.json({ limit: '10mb' }))
  app.post('/predict', async (request, response) => {
    const examples = examplesIn(request.body, sizeOf(model.inputShape))
    if (typeof examples === 'string') {
      response.status(400).json({ error: examples })
      return
    }
    const { data, shape } = await predict(model, examples, { probabilities: true })
    const [count, classes] = shape
    const answers = Array.from({ length: count }, (_, i) => {
      const probabilities = Array.from(data.subarray(i * classes, (i + 1) * classes))
      const label = probabilities.indexOf(Math.max(...probabilities))
      return { class: model.classes?.[label] ?? label, probabilities }
    })
    response.json({ answers })
  })
  app.use(sendError)
  return app
}
