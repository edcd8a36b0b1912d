/** `gentle show`: what is in a file of weights, of a model or of arrays. */
import { inspectFile } from 'gentle-dl/inspect'
import { print, terminalWidth } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { fileAt } from './file-at.ts'
import { showText } from './show-text.ts'

export interface ShowFlags {
  readonly weightsKey?: string
  readonly json?: boolean
}

/** Runs the command. Gives the exit code. */
export async function show(place: string, { weightsKey, json }: ShowFlags): Promise<number> {
  const file = fileAt(place)
  const content = await inspectFile(file, { key: weightsKey })
  print(json ? JSON.stringify({ file, ...content }, null, 2) : showText(file, content, terminalWidth()))
  return exitCodes.done
}
