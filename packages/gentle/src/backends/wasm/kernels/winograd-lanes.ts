/**
 * Winograd's convolution for training: filters of 3 x 3 and stride 1, on a batch in lanes. The method and its matrices are those of
 * `winograd-transforms.ts`.
 *
 * A thread takes a row of tiles of a block of 8 images at a time. It copies the rows that the tiles read, with zeros around them, channel
 * by channel, and transforms them into its workspace; for each 6 output channels it multiplies with the transformed filters,
 * n² products of [6, C] by [C, tiles], and transforms the sums to pixels. The gradient to the input is the same with filters turned round.
 */
import { call, countedLoop, i32, locals, repeat, type Statement } from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { forEachItem } from './nest.ts'
import { balancedTiles, type Epilogue, nameWith, operandBuffers, tileRows } from './tile.ts'
import {
  beginFrame,
  filterSteps,
  filterTransform,
  framedBytes,
  outputRow,
  placesOf,
  planeBytes,
  productFunction,
  tileAddress,
  transformTileRow,
  type WinogradLanesPlan,
} from './winograd-lanes-parts.ts'
import { middleBytes, placeBytes } from './winograd-transforms.ts'

/** Bytes from one of the n² places of the transformed filters, `[n²][out][in]`, to the next. */
const filterPlace = ({ channels, outChannels }: WinogradLanesPlan): number => placeBytes(channels * outChannels * 4)

/** Floats of the transformed filters, with room between the places. */
export const winogradLanesFilterCount = (plan: WinogradLanesPlan): number => (placesOf(plan) * filterPlace(plan)) / 4

/** G g Gᵀ of each filter of [O, C, 3, 3], as `[n²][out][in]`; `turned` for the gradient to the input. */
export function winogradLanesFiltersKernel(
  filters: Buffer,
  transformed: Buffer,
  plan: WinogradLanesPlan,
  turned: boolean,
): Kernel {
  const { transforms, channels, outChannels } = plan
  const { inStep, outStep } = filterSteps(plan, turned)
  return {
    name: 'winogradFilters',
    late: true,
    split: { by: 'items', count: outChannels },
    reads: [filters],
    writes: [transformed],
    workspaceBytes: middleBytes(transforms.input.length),
    emit(context) {
      const [out, source, target] = locals('i32')
      const transform = filterTransform(plan, turned, filterPlace(plan), context)
      return [
        forEachItem(context, out, [
          source.set(i32.add(context.address(filters), i32.mul(out, outStep))),
          target.set(i32.add(context.address(transformed), i32.mul(out, channels * 4))),
          repeat(channels / 4, [
            call(transform, source, target, context.workspace),
            source.advance(4 * inStep),
            target.advance(16),
          ]),
        ]),
      ]
    },
  }
}

export function winogradLanesKernel(
  name: string,
  source: Buffer,
  filters: Buffer,
  output: Buffer,
  plan: WinogradLanesPlan,
  multiplyAdds: number,
  epilogue: Epilogue | undefined,
): Kernel {
  const { sumsPlace, inputPlace } = distances(plan)
  return {
    name: nameWith(epilogue, `${name} winograd${plan.transforms.m}`),
    split: { by: 'blocks', count: output.blocks, parts: plan.tileRows },
    reads: [source, filters, ...operandBuffers(epilogue)],
    writes: [output],
    workspaceBytes: framedBytes(plan) + placesOf(plan) * (sumsPlace + inputPlace),
    multiplyAdds,
    emit: (context) => emitBlock(source, filters, output, plan, epilogue, context),
  }
}

/** Bytes in the workspace from a place of sums and of transformed tiles to the next. */
const distances = ({ channels, tileColumns }: WinogradLanesPlan) => ({
  sumsPlace: placeBytes(tileRows * tileColumns * laneBytes),
  inputPlace: placeBytes(channels * tileColumns * laneBytes),
})

function emitBlock(
  source: Buffer,
  filters: Buffer,
  output: Buffer,
  plan: WinogradLanesPlan,
  epilogue: Epilogue | undefined,
  context: KernelContext,
): Statement[] {
  const { transforms, channels, outChannels, width, padding, tileColumns } = plan
  const places = placesOf(plan)
  const { sumsPlace, inputPlace } = distances(plan)

  // Workspace: a frame, sums of 6 channels, the transformed row.
  const { middle, frame, statements: frameBegins } = beginFrame(plan, context.workspace)
  const [sums, transformed, tileRow, firstRow, start, channel] = locals('i32')
  const transformInput = [
    firstRow.set(i32.sub(i32.mul(tileRow, transforms.m), padding[0])),
    start.set(i32.add(context.address(source), i32.mul(firstRow, width * laneBytes))),
    countedLoop(channel, channels, [
      ...transformTileRow(
        plan,
        { middle, frame, firstRow, start, place: inputPlace },
        (column) => tileAddress(transformed, column, channel, [channels, tileColumns], context),
        context,
      ),
      start.advance(planeBytes(plan)),
    ]),
  ]

  const [w, xp, sp, firstChannel] = locals('i32')
  const { tiles, size, wide } = balancedTiles(outChannels)
  const channelsOf = (rows: number, count: number): Statement[] =>
    count === 0
      ? []
      : [
          repeat(count, [
            xp.set(transformed),
            sp.set(sums),
            repeat(places, [
              call(productFunction(rows, [channels, tileColumns], context), xp, w, sp),
              xp.advance(inputPlace),
              sp.advance(sumsPlace),
              w.advance(filterPlace(plan)),
            ]),
            w.advance(rows * channels * 4 - places * filterPlace(plan)),
            sp.set(sums),
            ...outputRow(
              plan,
              {
                output,
                block: context.block,
                epilogue,
                middle,
                tileRow,
                firstChannel,
                rows,
                sums: sp,
                sumsChannel: tileColumns * laneBytes,
                sumsPlace,
              },
              context,
            ),
            firstChannel.advance(rows),
          ]),
        ]

  return [
    ...frameBegins,
    sums.set(i32.add(context.workspace, framedBytes(plan))),
    transformed.set(i32.add(sums, places * sumsPlace)),
    countedLoop(
      tileRow,
      i32.sub(context.to, context.from),
      [
        ...transformInput,
        w.set(context.address(filters)),
        firstChannel.set(0),
        ...channelsOf(size + 1, wide),
        ...channelsOf(size, tiles - wide),
      ],
      { from: context.from },
    ),
  ]
}
