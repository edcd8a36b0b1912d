/** How wide texts are, without a page to measure them on. */

/** Letters by their advance in hundredths of the font's size, in DejaVu Sans, the widest of the usual sans-serif fonts: what has room in it has room in all. */
const letters: Readonly<Record<number, string>> = {
  30: "', .,IJijl·",
  35: '-/:;\\f|',
  41: '!()[]rt²',
  46: '"',
  52: '*_`sz°',
  58: '?Lc⁻',
  62: 'FPTYaekovxy',
  66: '$EKSbdghnpqu{}0123456789',
  71: 'ABCRVXZ',
  77: 'DGHNUw',
  80: '&OQ✓',
  86: '#+<=>^~×−≥≤→←M',
  98: '%m',
  101: '@W…',
}

const advances = new Map(
  Object.entries(letters).flatMap(([advance, all]) => [...all].map((letter) => [letter, Number(advance)] as const)),
)

/** Ideographs, syllables and pictures are as wide as high. */
const isSquare = (letter: string): boolean =>
  /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uff60]|[\u{10000}-\u{3ffff}]/u.test(letter)

const advanceOf = (letter: string): number => {
  const [base] = letter.normalize('NFD')
  return advances.get(base) ?? (isSquare(letter) ? 100 : 66)
}

/** The width of a line of text, in pixels, at a size of its font. */
export function textWidth(content: string, size: number, bold = false): number {
  let sum = 0
  for (const letter of content) sum += advanceOf(letter)
  return (sum / 100) * size * (bold ? 1.12 : 1)
}

/** A line of text cut to a width in pixels; what was cut ends with an ellipsis. */
export function cutText(content: string, width: number, size: number, bold = false): string {
  if (textWidth(content, size, bold) <= width) return content
  const kept = [...content]
  while (kept.length > 0 && textWidth(`${kept.join('')}…`, size, bold) > width) kept.pop()
  return `${kept.join('').trimEnd()}…`
}

/** A text in lines of at most a width in pixels; a word that is wider is cut. */
export function wrappedText(content: string, width: number, size: number, bold = false): string[] {
  const lines: string[] = []
  for (const word of content.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && textWidth(longer, size, bold) <= width) lines[lines.length - 1] = longer
    else lines.push(cutText(word, width, size, bold))
  }
  return lines
}
