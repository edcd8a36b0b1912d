/** Text of files within messages: on the same line, and nothing that a terminal would obey. */

/** Control characters, ends of lines among them, as their numbers. */
export const onOneLine = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]/gu, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** As in a string of JSON, and not much of it. */
export function printable(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}...` : text
  return onOneLine(JSON.stringify(short).slice(1, -1))
}
