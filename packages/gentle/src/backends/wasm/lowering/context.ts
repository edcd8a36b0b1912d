/** What lowerings work with. */
import type { Tensor } from '../../../graph/tensor.ts'
import type { Buffer } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import type { Expression } from '../kernels/map.ts'
import type { Epilogue } from '../kernels/tile.ts'
import type { Layout } from '../layout/layout.ts'
import type { Channels } from './channels.ts'
import type { DensePanels } from './dense-panels.ts'
import type { DenseStreamed } from './dense-streamed.ts'
import type { Packed } from './packed.ts'
import type { PlainProducts } from './plain-products.ts'
import type { Squares } from './squares.ts'
import type { Winograd } from './winograd.ts'

/** Parts of the backend that the program has loaded. */
export interface LoadedParts {
  /** Winograd's method, where the program has convolutions that it computes. */
  readonly winograd: Winograd | undefined
  /** The tile on packed operands, where a convolution has many channels. */
  readonly packed: Packed | undefined
  /** Products whose result is row-major, where the program has some. */
  readonly plainProducts: PlainProducts | undefined
  /** Dense layers on packed weights, where the program has loops. */
  readonly densePanels: DensePanels | undefined
  /** Dense layers whose weights no cache keeps, where the program has some. */
  readonly denseStreamed: DenseStreamed | undefined
  /** Convolutions of images in channels, where there are such images. */
  readonly channels: Channels | undefined
  /** Sums of squares around a mean over images, where the program has some. */
  readonly squares: Squares | undefined
}

export interface LoweringContext extends LoadedParts {
  /** Whether the engine joins neighbouring vectors to such of 256 bits. */
  readonly wide: boolean
  emit(...kernels: Kernel[]): void
  /** A node's values in a layout; a conversion is added where it was computed in another one, by way of row-major. */
  buffer(node: Tensor, layout: Layout): Buffer
  /** A node's values as a kernel with this output reads them element by element. */
  operand(node: Tensor, output: Buffer): Buffer
  /** A node's values as what a kernel computes while it reads: by these nodes, the last of which it is, or as they are stored. */
  values(node: Tensor, layout: Layout, nodes: readonly Tensor[]): Expression
  /** The layout chosen for a node. */
  layoutOf(node: Tensor): Layout
  /** Whether a node is a variable that the program updates, so that nothing computed from it can be kept for the next run. */
  isUpdated(node: Tensor): boolean
  /** A buffer in lanes in which the places of missing images are 0. */
  masked(buffer: Buffer): Buffer
}

/** How a structured op becomes kernels: those that compute a node, what follows and what leads to it, into the output. */
export type Lowering = (
  context: LoweringContext,
  node: Tensor,
  output: Buffer,
  epilogue: Epilogue | undefined,
  prologue: readonly Tensor[],
) => void

/** The lowerings of a family of ops. */
export type Lowerings<Name extends string> = Readonly<Record<Name, Lowering>>
