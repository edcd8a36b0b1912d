/** The chapters of the lecture as pages beside the studio's, so that its links work without a network. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Marked } from 'marked'
import type { Plugin } from 'vite'

const lecture = join(import.meta.dirname, '../../../docs/lecture')

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Where a link of a chapter leads here: to another chapter or a picture; undefined for what is not part of the studio. */
function target(href: string): string | undefined {
  if (/^https?:/.test(href)) return href
  const chapter = /^(?:\.\/)?(\d\d-[\w-]+)\.md(#.*)?$/.exec(href)
  if (chapter !== null) return `${chapter[1]}.html${chapter[2] ?? ''}`
  return /^(?:#|pictures\/)/.test(href) ? href : undefined
}

/** A chapter's page, of its Markdown. */
export function chapterPage(markdown: string): string {
  const marked = new Marked({
    renderer: {
      link({ href, tokens }) {
        const to = target(href)
        const text = this.parser.parseInline(tokens)
        return to === undefined ? text : `<a href="${escaped(to)}">${text}</a>`
      },
    },
  })
  const title = /^# (.*)$/m.exec(markdown)?.[1] ?? 'The lecture'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · Gentle</title>
<link rel="icon" href="../icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="chapter.css">
</head>
<body>
<nav><a href="../">Gentle studio</a></nav>
<main>
${marked.parse(markdown)}
</main>
</body>
</html>
`
}

/** All files of the chapters, by their path in the build. */
function chapterFiles(): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>()
  for (const path of globSync(join(lecture, '[0-9][0-9]-*.md')))
    files.set(`chapters/${basename(path, '.md')}.html`, chapterPage(readFileSync(path, 'utf8')))
  for (const path of globSync(join(lecture, 'pictures/*')))
    files.set(`chapters/pictures/${basename(path)}`, readFileSync(path))
  files.set('chapters/chapter.css', readFileSync(join(import.meta.dirname, 'chapter.css')))
  return files
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  svg: 'image/svg+xml',
  png: 'image/png',
}

/** Adds the chapters to the build, and to the server of development. */
export const chapters = (): Plugin => ({
  name: 'chapters',
  generateBundle() {
    for (const [fileName, source] of chapterFiles()) this.emitFile({ type: 'asset', fileName, source })
  },
  configureServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1)
      const content = path.startsWith('chapters/') ? chapterFiles().get(path) : undefined
      if (content === undefined) return next()
      response.setHeader('Content-Type', types[path.split('.').at(-1)!] ?? 'application/octet-stream')
      response.end(content)
    })
  },
})
