/** Gentle trains; with `--remat`, it computes values anew on the way back instead of keeping them. */
import { wasm } from '../../packages/gentle/src/entries/index.ts'
import { serve, wideVectors } from '../serve.ts'
import { prepareTraining } from '../training-step.ts'

await serve(async (settings) => ({
  version: `Node ${process.versions.node}`,
  ...(await prepareTraining(await wasm({ threads: settings.threads, wideVectors }), settings, {
    remat: process.argv.includes('--remat'),
  })),
}))
