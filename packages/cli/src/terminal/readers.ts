/** Whoever reads standard output, such as head, may have seen enough: the program ends then, unless it has more to do. */

let onGone: () => void = () => process.exit()

/** Lets the program go on where nobody reads its output any more. @param tell is called then, and has to end the output */
export function outlastReaders(tell: () => void): void {
  onGone = tell
}

/** For errors of standard output. @throws the error where it is of another kind */
export function readersGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  onGone()
}
