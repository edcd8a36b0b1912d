/** Which pictures there are, and of which class each is. Nothing here changes: every edit gives another collection, so that it can be undone. */
import { maxClasses, maxPictures } from './settings.ts'

export interface Picture {
  /** By which the worker keeps its pixels. */
  readonly id: number
  /** The name of a class. */
  readonly label: string
}

export interface Collection {
  /** In the order in which they came. */
  readonly classes: readonly string[]
  readonly pictures: readonly Picture[]
}

export const empty: Collection = { classes: [], pictures: [] }

/** The longest name of a class. */
const longest = 60

/** A name as classes have them: of one line, with accents however they were typed. */
export const className = (name: string): string =>
  name
    .normalize('NFC')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, longest)

/** A name that no class has yet. */
export function freeName({ classes }: Collection): string {
  for (let i = classes.length + 1; ; i++) if (!classes.includes(`class ${i}`)) return `class ${i}`
}

/** The collection with a class; as it is where it has that, or as many as it can have. */
export const withClass = (collection: Collection, name: string): Collection =>
  collection.classes.includes(name) || collection.classes.length >= maxClasses
    ? collection
    : { ...collection, classes: [...collection.classes, name] }

/** With further pictures, and their classes, as many of both as there can be. */
export function withPictures(collection: Collection, pictures: readonly Picture[]): Collection {
  const { classes } = pictures.reduce((all, { label }) => withClass(all, label), collection)
  const known = new Set(classes)
  const added = pictures.filter(({ label }) => known.has(label))
  return { classes, pictures: [...collection.pictures, ...added].slice(0, maxPictures) }
}

/** With another name of a class; the same where the name is taken, or none. */
export function renamed({ classes, pictures }: Collection, old: string, name: string): Collection {
  if (name === '' || classes.includes(name)) return { classes, pictures }
  return {
    classes: classes.map((each) => (each === old ? name : each)),
    pictures: pictures.map((each) => (each.label === old ? { ...each, label: name } : each)),
  }
}

export const withoutClass = ({ classes, pictures }: Collection, name: string): Collection => ({
  classes: classes.filter((each) => each !== name),
  pictures: pictures.filter(({ label }) => label !== name),
})

export const withoutPictures = ({ classes, pictures }: Collection, ids: ReadonlySet<number>): Collection => ({
  classes,
  pictures: pictures.filter(({ id }) => !ids.has(id)),
})

export const relabelled = ({ classes, pictures }: Collection, id: number, label: string): Collection => ({
  classes,
  pictures: pictures.map((each) => (each.id === id ? { id, label } : each)),
})

/** What is learned from: pictures of each class together, classes in the order of their names, as folders of them are read. */
export interface Labelled {
  readonly classes: readonly string[]
  readonly ids: readonly number[]
  /** Of each picture, its class by number. */
  readonly labels: readonly number[]
}

export function labelledOf({ pictures }: Collection): Labelled {
  const classes = [...new Set(pictures.map(({ label }) => label))].sort()
  const inOrder = classes.flatMap((name) => pictures.filter(({ label }) => label === name))
  return {
    classes,
    ids: inOrder.map(({ id }) => id),
    labels: inOrder.map(({ label }) => classes.indexOf(label)),
  }
}

/** Why nothing can be learned from a collection, in a sentence; '' where it can. */
export function obstacle(collection: Collection): string {
  const { classes, labels } = labelledOf(collection)
  if (classes.length < 2) return 'Collect pictures of at least two classes; then train.'
  const few = classes.findIndex((_, label) => labels.filter((each) => each === label).length < 3)
  return few < 0 ? '' : `The class '${classes[few]}' has too few pictures; collect at least three.`
}
