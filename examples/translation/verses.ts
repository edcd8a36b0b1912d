/** Verses of two Bibles, side by side, as `mod2imp` of SWORD prints them. */

/** Text of a verse without notes, headings, milestones and the numbers of words. */
export function plainVerse(markup: string): string {
  return (
    markup
      .replace(/<note\b.*?<\/note>/g, ' ')
      // A psalm's heading is in its first verse, in some Bibles as its text.
      .replace(/<title\b(?![^>]*canonical="true")[^>]*>.*?<\/title>/g, ' ')
      .replace(/<(?:w|transChange|q|seg|name)\b[^>]*>|<\/(?:w|transChange|q|seg|name)>/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&apos;', "'")
      .replaceAll('&amp;', '&')
      .replace(/\s+/g, ' ')
      .trim()
  )
}

/** Verses by their places, such as `Genesis 1:1`; without prefaces and headings of chapters, which have number 0. */
export function versesOf(printed: string): Map<string, string> {
  const verses = new Map<string, string>()
  for (const entry of printed.split('$$$').slice(1)) {
    const end = entry.indexOf('\n')
    const place = entry.slice(0, end).trim()
    const text = plainVerse(entry.slice(end + 1).replaceAll('\n', ' '))
    if (/ [1-9]\d*:[1-9]\d*$/.test(place) && text !== '') verses.set(place, text)
  }
  return verses
}

/** A table of the verses that both have. */
export function verseTable(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): string {
  return Array.from(from, ([place, text]) => {
    const other = to.get(place)
    return other === undefined ? '' : `${text}\t${other}\n`
  }).join('')
}
