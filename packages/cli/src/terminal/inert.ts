/** Text of files and folders, without what a terminal would obey: control characters as their numbers. */

const escaped = (each: string): string => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Of a text within a line. */
export const inert = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, escaped)

/** Of lines with colours and bold letters. */
export const inertLines = (text: string): string =>
  text.replace(/([\p{Cc}\u2028\u2029])(\[\d+m)?/gu, (each, control: string, style = '') =>
    control === '\n' || control === '\t' || (control === '\u001b' && style !== '') ? each : escaped(control) + style,
  )
