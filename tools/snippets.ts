/**
 * The TypeScript blocks of the pages. Run as a program it writes each block to a file of its own, which the type check of `npm run check` then reads,
 * in strict TypeScript and without unused names; a block's lines have the numbers there that they have in its page.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** In the repository, so that blocks find the packages as a program of the workspace does; tsconfig.json includes it, git ignores it. */
const written = join(root, 'dist-snippets')

export interface Snippet {
  /** A page's path, relative to the repository. */
  readonly page: string
  /** The line of the page on which the code begins, from 1. */
  readonly line: number
  readonly code: string
}

/** The blocks of a page's text. */
export const snippetsOf = (page: string, text: string): Snippet[] =>
  [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[1],
  }))

/** The blocks of all pages: READMEs, the architecture, the lecture's chapters. */
export const allSnippets = (): Snippet[] =>
  ['README.md', 'packages/*/README.md', 'examples/*/README.md', 'docs/*.md', 'docs/lecture/*.md']
    .flatMap((pattern) => globSync(pattern, { cwd: root }).sort())
    .flatMap((page) => snippetsOf(page, readFileSync(join(root, page), 'utf8')))

/** A block as a module, with as many empty lines before it as its page has lines. */
export const asModule = ({ line, code }: Snippet): string => `${'\n'.repeat(line - 1)}${code}export {}\n`

if (import.meta.main) {
  rmSync(written, { recursive: true, force: true })
  for (const snippet of allSnippets()) {
    const folder = join(written, snippet.page)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `line-${snippet.line}.ts`), asModule(snippet))
  }
}
