/** What a bundler leaves of the library, which says that few of its files have side effects: the entry of the ops, and the layer of ONNX graphs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createModel, predict, reference, saveModel } from 'gentle-dl'
import { lenet5 } from 'gentle-dl/models'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// Within the workspace, so that the library is found by its name.
let folder: string
beforeAll(() => {
  folder = mkdtempSync(fileURLToPath(new URL('../node_modules/.tree-shaking-', import.meta.url)))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A program as a bundler makes it. */
async function bundle(name: string, source: string): Promise<{ readonly path: string; readonly code: string }> {
  const entry = join(folder, `${name}.js`)
  writeFileSync(entry, source)
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'esnext',
      minify: false,
      rolldownOptions: {
        input: entry,
        external: /^node:/,
        preserveEntrySignatures: 'strict',
        output: { codeSplitting: false },
      },
    },
  })
  const [{ code }] = (result as { output: { code: string }[] }).output
  const path = join(folder, `${name}.bundled.mjs`)
  writeFileSync(path, code)
  return { path, code }
}

describe('a bundle', () => {
  it('that only loads models and predicts knows every type of layer', async () => {
    const model = await createModel(lenet5(), [1, 28, 28], { seed: 3, backend: reference() })
    const bytes = await saveModel(model)
    const { path } = await bundle('loads', "export { loadModel, predict, reference } from 'gentle-dl'")
    const shaken = await import(pathToFileURL(path).href)
    const loaded = await shaken.loadModel(bytes, { backend: shaken.reference() })
    const image = new Float32Array(28 * 28).fill(0.5)
    const [own, bundled] = [await predict(model, image), await shaken.predict(loaded, image)]
    expect(Array.from(bundled.data)).toEqual(Array.from(own.data))
  })

  it('that loads models with ONNX graphs in them knows their layer by an import of that entry alone', async () => {
    const { code } = await bundle('onnx', "import 'gentle-dl/onnx'; export { loadModel } from 'gentle-dl'")
    expect(code).toMatch(/registerLayer\("onnx"/)
  })

  it('that loads models of TensorFlow.js knows their layers by an import of that entry alone', async () => {
    const { code } = await bundle('tensorflow', "import 'gentle-dl/tensorflow'; export { loadModel } from 'gentle-dl'")
    expect(code).toMatch(/registerLayer\("keras"/)
    expect(code).toMatch(/registerLayer\("tensorflowGraph"/)
  })

  it('that trains takes no layers, ops or formats that it does not use', async () => {
    const { code } = await bundle('trains', "export { fit, Linear, Sequential, sgd, wasm } from 'gentle-dl'")
    expect(code).not.toContain('installMethods')
    for (const name of ['GroupNorm', 'LocalResponseNorm', 'ConvTranspose2d', 'readSafetensors', 'cumsum'])
      expect(code).not.toContain(`function ${name}(`)
  })

  it('that takes one op has the methods of tensors as well', async () => {
    const { path } = await bundle('ops', "export { input } from 'gentle-dl'\nexport { relu } from 'gentle-dl/ops'")
    const { input, relu } = await import(pathToFileURL(path).href)
    expect(
      relu(input([2, 3]))
        .add(1)
        .sum(1).shape,
    ).toEqual([2])
  })

  it('without the ops has no methods of tensors', async () => {
    const { path } = await bundle('input', "export { input } from 'gentle-dl'")
    const { input } = await import(pathToFileURL(path).href)
    expect(input([2]).add).toBeUndefined()
  })
})
