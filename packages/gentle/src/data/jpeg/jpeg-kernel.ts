/** The code that decodes JPEG files, with its memory. Sizes are arguments: one module serves all files. */
import { Module } from '../../backends/wasm/assembler/index.ts'
import { defineColourCode } from './colours-code.ts'
import { defineFill, defineTransform } from './inverse-dct-code.ts'
import { defineScan, defineUnstuff } from './scan-code.ts'

/** What the module does; all arguments are addresses and counts. Their files tell of each. */
export interface JpegKernel {
  unstuff(from: number, end: number, to: number): number
  written(): number
  scan(
    from: number,
    limit: number,
    blocks: number,
    row: number,
    column: number,
    count: number,
    perRow: number,
    firstColumn: number,
    endColumn: number,
    firstRow: number,
  ): 0 | 1
  repeatEdges(from: number, rows: number, pitch: number, last: number): void
  widen(from: number, to: number, eights: number): void
  blend(row: number, near: number, to: number, eights: number): void
  widenBlend(from: number, to: number, eights: number): void
  colours(y: number, cb: number, cr: number, to: number, sixteens: number): void
  /** Makes room for so many bytes from address 0, and gives the memory; undefined where there is none. */
  room(bytes: number): ArrayBuffer | undefined
}

const pageBytes = 2 ** 16

function compile(): JpegKernel {
  const maximumPages = 2 ** 14
  const module = new Module({ memory: { initialPages: 1, maximumPages, shared: false } })
  defineUnstuff(module)
  defineScan(module, defineTransform(module), defineFill(module))
  defineColourCode(module)
  const memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emit()), { env: { memory } })
  return {
    ...(exports as unknown as Omit<JpegKernel, 'room'>),
    room(bytes) {
      const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes)
      try {
        if (missing > 0) memory.grow(missing)
      } catch {
        return undefined
      }
      return memory.buffer
    },
  }
}

/** More than this is given back after use. */
const keptBytes = 2 ** 26

let kernel: JpegKernel | undefined

/** Lets the kernel be used, whose memory is shared by all who use it on this thread. */
export function withJpegKernel<Result>(use: (kernel: JpegKernel) => Result): Result {
  kernel ??= compile()
  const own = kernel
  try {
    return use(own)
  } finally {
    if ((own.room(0)?.byteLength ?? 0) > keptBytes) kernel = undefined
  }
}
