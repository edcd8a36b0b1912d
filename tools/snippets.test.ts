import { expect, test } from 'vitest'
import { allSnippets, asModule, snippetsOf } from './snippets.ts'

test('a block of a page is a module whose lines have the numbers of the page', () => {
  const page = ['# Title', '', '```ts', 'const x = 1', 'console.log(x)', '```', '```sh', 'ls', '```', ''].join('\n')
  const [snippet, ...others] = snippetsOf('page.md', page)
  expect(others).toEqual([])
  expect(snippet).toEqual({ page: 'page.md', line: 4, code: 'const x = 1\nconsole.log(x)\n' })
  expect(asModule(snippet).split('\n')[snippet.line - 1]).toBe('const x = 1')
})

test('blocks are found in the README, the architecture and the chapters', () => {
  const pages = new Set(allSnippets().map(({ page }) => page))
  for (const page of ['README.md', 'docs/architecture.md', 'docs/lecture/01-neuron.md']) expect(pages).toContain(page)
})
