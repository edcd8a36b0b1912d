/** How large a library is that trains LeNet-5 in a browser: `--package=NAME` bundles bundles/NAME.ts. */
import { parseArgs } from 'node:util'
import { gzippedBytes, loadedFirst } from '../bundle.ts'
import packages from '../package.json' with { type: 'json' }
import { serve } from '../serve.ts'

const { values } = parseArgs({ options: { package: { type: 'string', default: 'gentle' } }, strict: false })

await serve(async () => {
  const files = await loadedFirst(`bundles/${values.package}.ts`)
  const bytes = files.reduce((sum, text) => sum + gzippedBytes(text), 0)
  const raw = files.reduce((sum, text) => sum + text.length, 0)
  return {
    version: values.package === 'jax-js' ? packages.dependencies['@jax-js/jax'] : '',
    threads: 1,
    note: `${(raw / 1000).toFixed(0)} KB before gzip`,
    workPerStep: bytes,
    step: () => bytes,
  }
})
