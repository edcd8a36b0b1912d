import { trainLenet5 } from './train-lenet5.ts'

self.addEventListener('message', async ({ data }) => {
  try {
    postMessage({ training: await trainLenet5(data) })
  } catch (error) {
    postMessage({ error: String(error) })
  }
})
