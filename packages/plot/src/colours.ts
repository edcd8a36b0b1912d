/** The colours of all charts. They are written as for a light page; each has a twin that is shown where a reader's screen is dark. */

export const paper = '#ffffff'
export const ink = '#1f2933'
export const muted = '#616e7c'
export const faint = '#dde2e8'

/**
 * Colours that tell lines apart, on light and on dark, also for readers who do not see red, green or blue: any two differ by at least 11 in
 * CIELAB as such readers see them (Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency, 2009).
 */
const listed = ['#2563eb', '#d97706', '#15803d', '#5b1a5e', '#dc2626', '#0b97dd', '#616e7c', '#3f1d0b'] as const

/** Degrees that part a circle so that each next point falls into a largest gap. */
const goldenAngle = 137.508

/** The colour of the line at an index, from 0, as CSS writes it. */
export const colourOf = (index: number): string =>
  listed[index] ??
  `hsl(${((index * goldenAngle) % 360).toFixed(0)}, ${index % 2 === 0 ? 80 : 50}%, ${[42, 36, 50][index % 3]}%)`

/** What stands for a colour on a dark page. */
const onDark: Readonly<Record<string, string>> = {
  [paper]: '#14191f',
  [ink]: '#e4e9ef',
  [muted]: '#9aa7b5',
  [faint]: '#343d48',
  '#2563eb': '#6094ff',
  '#d97706': '#f5a742',
  '#15803d': '#3fae6a',
  '#5b1a5e': '#d8a8f0',
  '#dc2626': '#ef5046',
  '#0b97dd': '#bff4fa',
  '#3f1d0b': '#fef0b8',
  '#b91c1c': '#ff7b72',
  '#b45309': '#f5a742',
  '#7c3aed': '#a98bff',
  '#16a34a': '#4fc37a',
  '#ea580c': '#ff9b5c',
  '#9aa5b1': '#5d6875',
  // Light areas: of blocks, of classes, of the diagonal of a matrix.
  '#f5f7fa': '#222a33',
  '#dbeafe': '#1c3358',
  '#ede9fe': '#33265c',
  '#dcfce7': '#173b27',
  '#ffedd5': '#4a2f14',
  '#c8d8fa': '#1d3566',
  '#f5dcbf': '#59390f',
}

/**
 * Rules for a dark page of the colours that a drawing has in `fill` and `stroke`. What does not know of such pages, as programs that make PNGs of SVG, passes them
 * over.
 */
export function darkRules(root: string, body: string): string {
  const used = new Set([...body.matchAll(/\b(?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(([attribute]) => attribute))
  const rules = [...used].sort().flatMap((attribute) => {
    const [property, colour] = attribute.slice(0, -1).split('="')
    return colour in onDark ? `${root} [${attribute}]{${property}:${onDark[colour]}}` : []
  })
  return `@media (prefers-color-scheme:dark){${rules.join('')}}`
}
