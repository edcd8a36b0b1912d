/** The kernels of ops on packed integers: a program that has such loads them. */

import { dequantizeOp, quantizeOp } from '../../../../ops/integers/convert.ts'
import { integerConv2dOp } from '../../../../ops/integers/convolution.ts'
import { packFiltersOp } from '../../../../ops/integers/filters.ts'
import { frameOp } from '../../../../ops/integers/frame.ts'
import { integerMaxPoolOp } from '../../../../ops/integers/max-pool.ts'
import { defineKernel } from '../../custom-kernels.ts'
import { integerDepthwise } from './depthwise.ts'
import { packFiltersKernel } from './filters.ts'
import { frameKernel } from './frame.ts'
import { maxPoolKernel } from './max-pool.ts'
import { dequantizeKernel, quantizeKernel } from './quantize.ts'
import { integerTiles } from './tile.ts'

/** Makes them known. */
export function defineIntegerKernels(): void {
  defineKernel(quantizeOp, quantizeKernel)
  defineKernel(dequantizeOp, dequantizeKernel)
  defineKernel(frameOp, frameKernel)
  defineKernel(integerMaxPoolOp, maxPoolKernel)
  defineKernel(packFiltersOp, packFiltersKernel)
  defineKernel(integerConv2dOp, (operands, output, attributes) =>
    (attributes.depthwise ? integerDepthwise : integerTiles)(operands, output, attributes),
  )
}
