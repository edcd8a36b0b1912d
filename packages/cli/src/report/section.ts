/** What reports are made of. */
import { type Html, html, type Part } from './html.ts'

/** A part of a report below a heading. */
export interface Section {
  /** What links within the page name it by. */
  readonly id: string
  readonly title: string
  readonly body: Html
}

/** Small print. */
export const remark = (...text: readonly Part[]): Html => html`<p class="remark">${text}</p>`

/** Rows of cells below their names; figures stand right. */
export function dataTable(names: readonly string[], rows: readonly (readonly Part[])[]): Html {
  const isFigure = names.map(
    (_, column) =>
      rows.length > 0 &&
      rows.every(
        (row) => typeof row[column] === 'number' || /^[−-]?[\d.,]+( ?%)?$|^–$|^none$/.test(String(row[column])),
      ),
  )
  const cellOf = (cell: Part, column: number): Html =>
    isFigure[column] ? html`<td class="figure">${cell}</td>` : html`<td>${cell}</td>`
  const head = names.map((name, column) =>
    isFigure[column] ? html`<th scope="col" class="figure">${name}</th>` : html`<th scope="col">${name}</th>`,
  )
  const body = rows.map((row) => html`<tr>${row.map(cellOf)}</tr>`)
  return html`<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

/** What a reader opens who wants to know. */
export const folded = (title: string, body: Html): Html => html`<details><summary>${title}</summary>${body}</details>`

/** Charts or lists beside each other, where there is room. */
export const beside = (...parts: readonly Html[]): Html => html`<div class="beside">${parts}</div>`

/** Pictures in rows. */
export const pictureRow = (pictures: readonly Html[]): Html => html`<div class="pictures">${pictures}</div>`
