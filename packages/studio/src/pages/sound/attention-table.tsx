/** Where the translator looked: a row for each letter that it wrote, a column for each that it read. */
import type { Translated } from './date-translator.ts'

const shown = (letter: string): string => (letter.trim() === '' ? '␣' : letter)

export function AttentionTable({ translated }: { readonly translated: Translated }) {
  const { source, pieces, attention } = translated
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="attention" aria-label="Attention" tabIndex={0}>
      <table>
        <caption class="unseen">Shares of attention: a row for each letter that it writes</caption>
        <thead>
          <tr>
            <td />
            {source.map((letter, i) => (
              <th key={i} scope="col">
                {shown(letter)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pieces.map((letter, row) => (
            <tr key={row}>
              <th scope="row">{shown(letter)}</th>
              {source.map((_, column) => {
                const share = attention[row]?.[column] ?? 0
                return (
                  <td
                    key={column}
                    title={`${shown(letter)} from ${shown(source[column])}: ${Math.round(100 * share)} %`}
                  >
                    <i style={{ opacity: share }} />
                    <span class="unseen">{Math.round(100 * share)} %</span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
