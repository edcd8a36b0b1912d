/** What the first layer has learned to look for. */
import type { Model } from 'gentle-dl'
import { firstFilters, shownFilters } from '../../pictures/first-filters.ts'
import { html } from '../html.ts'
import type { Section } from '../section.ts'
import { thumbnail } from '../thumbnail.ts'

/** Filters that are shown. */
const maxShown = 64

/** Undefined where the first layer does not look at pictures. */
export async function filtersSection(model: Model): Promise<Section | undefined> {
  const first = await firstFilters(model)
  if (first === undefined) return undefined
  const { name, filters } = first
  const pictures = await Promise.all(
    shownFilters(filters)
      .slice(0, maxShown)
      .map((picture, i) => thumbnail(picture, { alt: `filter ${i + 1}` })),
  )
  const [{ channels, height, width }] = filters
  const meaning =
    channels === 3
      ? 'Grey is 0; a colour is what a filter answers to the most.'
      : 'Red weights are above 0, blue ones below: a filter answers to what is bright where it is red and dark where it is blue.'
  return {
    id: 'filters',
    title: 'Learned filters',
    body: html`<p>The weights of the first layer, <code>${name}</code>, ${filters.length > maxShown ? `${maxShown} of ${filters.length}` : filters.length} of ${height} x ${width}. ${meaning}</p>
<div class="pictures filters">${pictures}</div>`,
  }
}
