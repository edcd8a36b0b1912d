/** The loops of a tile's sum over source channels and taps. */
import { type Local, repeat, type Statement } from '../assembler/index.ts'

/** A loop, with the distance in bytes that one turn moves in the source. */
export interface SumLoop {
  readonly count: number
  readonly step: number
}

/** Loops, outermost first, around a body that leaves the pointer to the source where it is. */
export const sumLoops = (
  loops: readonly SumLoop[],
  source: Local<'i32'>,
  body: readonly Statement[],
): readonly Statement[] =>
  loops
    .filter(({ count }) => count > 1)
    .reduceRight<{ statements: readonly Statement[]; walked: number }>(
      ({ statements, walked }, { count, step }) => ({
        statements: [repeat(count, [...statements, source.advance(step - walked)])],
        walked: count * step,
      }),
      { statements: body, walked: 0 },
    ).statements
