/** Milliseconds of computing after which a worker looks at its messages. */
const patience = 12

let since = performance.now()

/** To be awaited between the steps of long work: lets messages in, such as one that says to pause, but seldom enough to cost nothing. */
export async function breathe(): Promise<void> {
  if (performance.now() - since < patience) return
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
  since = performance.now()
}
