/** What tests look for in reports. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SaxesParser } from 'saxes'

/** An element of a page, with what it is within. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

/** All elements of a page, in their order. @throws Error where tags are not closed, or a text or an attribute broke out of its place. */
export function elementsOf(page: string): Element[] {
  const elements: Element[] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) =>
    elements.push({ name, attributes: attributes as Record<string, string> }),
  )
  parser.on('error', (error) => {
    throw error
  })
  // What a document of XML would say of itself.
  parser.write(page.replace('<!doctype html>', '')).close()
  return elements
}

/** Where a page points to that is not within it, and what would run. */
export function strangersIn(page: string): string[] {
  const found = elementsOf(page).flatMap(({ name, attributes }) =>
    [
      'script',
      'iframe',
      'object',
      'embed',
      'link',
      'base',
      'form',
      'foreignObject',
      'animate',
      'use',
      'image',
    ].includes(name)
      ? [name]
      : Object.entries(attributes).flatMap(([attribute, value]) => {
          if (/^on/i.test(attribute)) return [`${name} ${attribute}`]
          if (['href', 'xlink:href', 'src', 'srcset', 'action', 'data', 'poster'].includes(attribute))
            return /^#|^data:image\/(png|webp);base64,[A-Za-z0-9+/=]+$/.test(value)
              ? []
              : [`${name} ${attribute}=${value}`]
          return /url\(|javascript:|@import/i.test(attribute === 'style' ? value : '') ? [`${name} style`] : []
        }),
  )
  const styles = [...page.matchAll(/<style>([^<]*)<\/style>/g)].flatMap(
    ([, css]) => css.match(/url\(|@import|expression/g) ?? [],
  )
  return [...found, ...styles]
}

/** Headings, names of columns and links of a page, a line each: its structure without its figures. */
export function outlineOf(page: string): string {
  const named = /<(h1|h2|h3|th|summary|section|div class="name")([^>]*)>(.*?)<\/|<section id="([^"]*)">/gs
  return [...page.matchAll(named)]
    .map(([, name, , content, id]) =>
      id === undefined ? `${name.split(' ')[0]}: ${content.replace(/<[^>]*>/g, '')}` : `section ${id}`,
    )
    .join('\n')
}

/** The outline of the sections of a run's report, without the title, which has names of data, and the parts of a step, which slow machines do not measure. */
export const sectionsOf = (run: string): string =>
  outlineOf(readFileSync(join(run, 'report.html'), 'utf8'))
    .replace(/^h1: .*\n/, '')
    .replace(/(section: Time\n).*(?=section: Settings)/s, '$1')
