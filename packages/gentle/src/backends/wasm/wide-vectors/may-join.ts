/** Where vectors of 256 bits are to be had; what switches them on is loaded there alone. */

/** The first version of Node whose V8 joins what kernels do; before, it has the pass and finds nothing to join. */
export const firstNode = 24

export const nodeVersion = (): string | undefined =>
  typeof process === 'undefined' ? undefined : process.versions?.node

/** Whether this is an engine that may have the pass. Chromium is built without it, and V8 has it for the processors of Intel and AMD alone. */
export const mayJoinVectors = (): boolean =>
  Number.parseInt(nodeVersion() ?? '', 10) >= firstNode &&
  process.arch === 'x64' &&
  process.versions['bun'] === undefined
