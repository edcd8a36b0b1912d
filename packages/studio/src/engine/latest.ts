/**
 * Calls of an asynchronous function of which only the last counts, as when a slider moves while the answer to its last place is computed: one runs at a time, and of
 * those that come meanwhile the last is kept.
 */
export function latest<Input, Output>(
  compute: (input: Input) => Promise<Output>,
  done: (output: Output) => void,
  failed: (error: unknown) => void,
): (input: Input) => void {
  let running = false
  let next: { readonly input: Input } | undefined
  const run = async (): Promise<void> => {
    running = true
    while (next !== undefined) {
      const { input } = next
      next = undefined
      try {
        const output = await compute(input)
        // What was asked for since makes this answer old.
        if (next === undefined) done(output)
      } catch (error) {
        if (next === undefined) failed(error)
      }
    }
    running = false
  }
  return (input) => {
    next = { input }
    if (!running) void run()
  }
}
