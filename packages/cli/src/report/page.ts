/** A report as one page that needs nothing beside it. */
import { version } from '../version.ts'
import { Html, html, type Part } from './html.ts'
import type { Section } from './section.ts'
import { style } from './style.ts'

export interface Page {
  readonly title: string
  readonly subtitle: Part
  /** What is said of a training that has not ended. */
  readonly live?: Part
  /** The figures at the top. */
  readonly headline: Html
  readonly sections: readonly Section[]
  readonly made: Date
}

/** No script, no address: nothing but what stands in the page. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** The whole file. */
export function pageText({ title, subtitle, live, headline, sections, made }: Page): string {
  const body = sections.map(
    ({ id, title: name, body }) => html`<section id="${id}"><h2>${name}</h2>${body}</section>\n`,
  )
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${policy}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="generator" content="Gentle ${version}" />
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${subtitle}</p>
${live === undefined ? undefined : html`<p class="live" role="status">${live}</p>`}
${headline}
<nav aria-label="Sections">${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a>`)}</nav>
</header>
<main>
${body}</main>
<footer><p class="remark">Made by Gentle ${version} on ${made.toISOString().slice(0, 16).replace('T', ', ')} UTC.</p></footer>
</body>
</html>
`.text
}
