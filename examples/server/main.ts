/** node examples/server/main.ts MODEL [PORT]: serves a run folder, or a file of a model. */
import type { AddressInfo } from 'node:net'
import { openModel } from 'gentle-dl'
import { serve } from './server.ts'

const [place, port = '3000'] = process.argv.slice(2)
if (place === undefined) {
  console.error('usage: node examples/server/main.ts MODEL [PORT]')
  process.exitCode = 2
} else {
  const { model } = await openModel(place)
  const server = serve(model).listen(Number(port), () => {
    const { port } = server.address() as AddressInfo
    console.log(`POST http://localhost:${port}/predict with { "inputs": [[...], ...] }`)
  })
}
