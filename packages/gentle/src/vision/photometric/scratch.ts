/** Memory that a function keeps between its calls, so that it allocates only when it needs more than ever before. */
export function scratchMemory(): (size: number) => Float32Array {
  let memory = new Float32Array(0)
  return (size) => {
    if (memory.length < size) memory = new Float32Array(size)
    return memory
  }
}
