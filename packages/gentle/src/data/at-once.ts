/**
 * Runs a task for the numbers 0 to count - 1, begun in order, at most `workers` of them under way at once. Where tasks fail it begins no more, waits for
 * those under way, so that none of them writes into anything afterwards, and throws the first one's error by number, whatever `workers` is.
 */
export async function atOnce(count: number, workers: number, task: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const failures: { readonly i: number; readonly error: unknown }[] = []
  const work = async (): Promise<void> => {
    while (next < count && failures.length === 0) {
      const i = next++
      try {
        await task(i)
      } catch (error) {
        failures.push({ i, error })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, count) }, work))
  const [first] = failures.sort((a, b) => a.i - b.i)
  if (first !== undefined) throw first.error
}
