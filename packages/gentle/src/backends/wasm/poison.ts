/** Overwrites memory whose values are no longer, or not yet, needed, so that a mistake of the planner shows as NaN; for tests. */
import { i32, ifThen, type Local, memoryFill, type Statement, type Value } from './assembler/index.ts'
import type { Schedule } from './schedule.ts'

/** Fills an arena, which begins at `arena`, but for what is carried into a phase. Thread 0 does it; the others have to wait for it. */
export function poisonArena(
  { carried, arenaBytes }: Schedule,
  phase: number,
  arena: Value<'i32'>,
  thread: Local<'i32'>,
): Statement {
  let end = 0
  const fills = [...carried(phase), { offset: arenaBytes, bytes: 0 }].flatMap(({ offset, bytes }): Statement[] => {
    const [from, gap] = [end, offset - end]
    end = Math.max(end, offset + bytes)
    return gap > 0 ? [memoryFill(i32.add(arena, from), 0xff, gap)] : []
  })
  return ifThen(i32.eqz(thread), fills)
}
