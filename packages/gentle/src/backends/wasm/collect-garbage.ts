/** Memory of the JavaScript engine, beside which that of a large program stands. */

/**
 * Has the engine give back what compiling has left over. It does not count WebAssembly's memory, and so sees no need: of ResNet-50's training step 130 MiB
 * would stay. Only Node can be asked; elsewhere nothing happens.
 */
export async function collectGarbage(): Promise<void> {
  const inspector = globalThis.process?.getBuiltinModule?.('node:inspector/promises')
  if (inspector === undefined) return
  const session = new inspector.Session()
  try {
    session.connect()
    await session.post('HeapProfiler.enable')
    await session.post('HeapProfiler.collectGarbage')
  } catch {
    // A runtime whose inspector knows no heap collects when it likes.
  } finally {
    session.disconnect()
  }
}
