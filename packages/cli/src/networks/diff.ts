/** `gentle diff`: how two files of weights or models differ. */
import { compareFiles } from 'gentle-dl/inspect'
import { print, terminalWidth } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { diffText } from './diff-text.ts'
import { fileAt } from './file-at.ts'
import type { ShowFlags } from './show.ts'

/** Runs the command. Gives the exit code. */
export async function diff(first: string, second: string, { weightsKey, json }: ShowFlags): Promise<number> {
  const files: readonly [string, string] = [fileAt(first), fileAt(second)]
  const comparison = await compareFiles(...files, { key: weightsKey })
  const { files: contents, ...differences } = comparison
  if (json) {
    const about = contents.map(({ tensors, ...content }, i) => ({
      file: files[i],
      ...content,
      tensors: tensors.length,
    }))
    console.log(JSON.stringify({ files: about, ...differences }, null, 2))
  } else print(diffText(files, comparison, terminalWidth()))
  return exitCodes.done
}
