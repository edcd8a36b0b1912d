/** The register tile on packed operands, loaded for programs with convolutions of many channels. */
import { floatBuffer } from '../buffer.ts'
import { packedTileKernel, packedWeightCount, packWeightsKernel } from '../kernels/packed-tile.ts'
import type { TileProblem } from '../kernels/tile.ts'
import type { LoweringContext } from './context.ts'

export const packed = {
  convolve(context: LoweringContext, problem: TileProblem): void {
    const weights = floatBuffer('packed weights', [packedWeightCount(problem)])
    context.emit(packWeightsKernel(problem, weights), packedTileKernel({ ...problem, weights }))
  },
}

export type Packed = typeof packed
