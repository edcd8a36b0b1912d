import { trainLenet5 } from './train-lenet5.ts'

onmessage = async ({ data }) => {
  try {
    postMessage({ training: await trainLenet5(data) })
  } catch (error) {
    postMessage({ error: String(error) })
  }
}
