/** How large a library is that trains LeNet-5 in a browser: `--package=NAME` bundles bundles/NAME.ts. */
import { parseArgs } from 'node:util'
import { bundled, gzippedBytes } from '../bundle.ts'
import packages from '../package.json' with { type: 'json' }
import { serve } from '../serve.ts'

const { values } = parseArgs({ options: { package: { type: 'string', default: 'gentle' } }, strict: false })

await serve(async () => {
  const text = await bundled(`bundles/${values.package}.ts`)
  const bytes = gzippedBytes(text)
  return {
    version: values.package === 'jax-js' ? packages.dependencies['@jax-js/jax'] : '',
    threads: 1,
    note: `${(text.length / 1000).toFixed(0)} KB before gzip`,
    workPerStep: bytes,
    step: () => bytes,
  }
})
