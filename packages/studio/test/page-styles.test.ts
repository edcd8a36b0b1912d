import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const pages = new URL('../src/pages/', import.meta.url)

// Styles of a page stay in the document when another one is shown.
it.each(readdirSync(pages))('the styles of the page %s hold for it alone', (name) => {
  const styles = readFileSync(new URL(`${name}/${name}.css`, pages), 'utf8')
  expect(styles).toMatch(new RegExp(`^@scope \\(\\.page-${name}\\) \\{\\n(( .*)?\\n)*\\}\\n$`))
})
