/** Versions of ONNX's operator set, by number (https://github.com/onnx/onnx/blob/main/docs/Versioning.md). */
import { ArgumentError } from '../../core/errors.ts'

const oldestOpset = 13
export const newestOpset = 22

/**
 * Unless another is asked for: programs that read a version read all before it, and nothing that is written gains from a newer one, so that the
 * oldest is the one that most can read.
 */
export const defaultOpset = oldestOpset

/** The version of the file's own form that came with each operator set; 3 up to operator set 8. */
const irVersions: Readonly<Record<number, number>> = {
  9: 4,
  10: 5,
  11: 6,
  12: 7,
  13: 7,
  14: 7,
  15: 8,
  16: 8,
  17: 8,
  18: 8,
  19: 9,
  20: 9,
  21: 10,
  22: 10,
}

export const irVersionOf = (opset: number): number => irVersions[opset] ?? 3

/** @throws ArgumentError for anything but a whole number in the range that is written. */
export function checkOpset(opset: number): void {
  if (!Number.isInteger(opset) || opset < oldestOpset || opset > newestOpset)
    throw new ArgumentError(
      `exportOnnx: opset is ${JSON.stringify(opset)}; expected a whole number from ${oldestOpset} to ${newestOpset}`,
    )
}
