/** Text of a file within a message: on the same line, not much of it, and nothing that a terminal would obey. */
export function printable(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}...` : text
  return JSON.stringify(short)
    .slice(1, -1)
    .replace(/[\u007f-\u009f\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
