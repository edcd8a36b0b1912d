/**
 * COCO's string of runs (cocodataset/cocoapi, maskApi.c, rleToString): from the fourth run on, each as its difference to the last but one,
 * which is mostly small; in characters of 5 bits, lowest first, 32 more where others follow, from '0' on. The last one's highest bit is the sign.
 */
import { FormatError } from '../../core/errors.ts'

/** Characters that a number of 32 bits takes at most. */
const maxCharacters = 7

/** Whole numbers of at least 0 as COCO's string. */
export function compressCounts(runs: readonly number[]): string {
  let text = ''
  for (let i = 0; i < runs.length; i++) {
    let rest = i > 2 ? runs[i] - runs[i - 2] : runs[i]
    let more = true
    while (more) {
      const bits = rest & 31
      rest >>= 5
      more = rest !== (bits & 16 ? -1 : 0)
      text += String.fromCharCode(48 + bits + (more ? 32 : 0))
    }
  }
  return text
}

/**
 * The numbers of COCO's string.
 * @throws FormatError for a character that is not of it, or a string that is cut off.
 */
export function parseCounts(text: string): number[] {
  const runs: number[] = []
  let [value, place] = [0, 0]
  for (let i = 0; i < text.length; i++) {
    const bits = text.charCodeAt(i) - 48
    if (!(bits >= 0 && bits < 64) || place === maxCharacters)
      throw new FormatError(`Character ${i} of run-length counts is '${text[i]}'; expected COCO's compressed counts`)
    value += (bits & 31) * 32 ** place++
    if (bits & 32) continue
    if (bits & 16) value -= 32 ** place
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value)
    value = 0
    place = 0
  }
  if (place > 0) throw new FormatError('Run-length counts end within a number: expected the whole string')
  return runs
}
