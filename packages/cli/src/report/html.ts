/** HTML as text, in which everything is escaped that is not HTML already. */

/** HTML that may stand in a page as it is. Only this file makes it. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template: texts and numbers are escaped, of lists all parts follow each other, and what is not there leaves nothing. */
export type Part = Html | string | number | undefined | readonly Part[]

/** Text as it may stand in a page and within the quotes of an attribute; what no document may hold is a replacement character. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what HTML forbids
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
    // Letters that turn the direction of those around them: what stands beside a name is ours.
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')

const textOf = (part: Part): string => {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return part.map(textOf).join('')
}

/** HTML of a template; attributes are to stand in double quotes. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((literal, i) => literal + textOf(parts[i])).join(''))

/** A chart of gentle-dl-plot, which escapes the texts that it draws. */
export const chart = (svg: string): Html => new Html(svg)
