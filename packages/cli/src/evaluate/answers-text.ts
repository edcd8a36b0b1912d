/** Answers of a classifier for several examples, one per line. */
import { bold, table } from '../terminal/terminal.ts'
import { lengthOf } from '../terminal/wrap.ts'

export interface AnswerLine {
  readonly name: string
  /** What is said of it, the likeliest class first. */
  readonly answers: readonly string[]
  /** Whether it is right. */
  readonly verdict?: string
}

/** A table with as many of the answers as `columns` have room for, at least one; an example alone has all of them. */
export function answersText(lines: readonly AnswerLine[], columns: number): string {
  for (let count = Math.max(...lines.map(({ answers }) => answers.length)); ; count--) {
    const text = table(
      lines.map(({ name, answers, verdict }) => [
        bold(name),
        ...Array.from({ length: count }, (_, i) => answers[i] ?? ''),
        ...(verdict === undefined ? [] : [verdict]),
      ]),
    )
    if (lines.length === 1 || count <= 1 || text.split('\n').every((line) => lengthOf(line) <= columns)) return text
  }
}
