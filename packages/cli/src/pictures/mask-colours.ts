/** Which colours the classes of a set's masks have. */
import { type Colour, classColour } from 'gentle-dl/vision'

/** A colour and what it stands for. */
export interface LegendEntry {
  readonly name: string
  readonly colour: Colour
}

/** Colours of masks' classes: none for 'background', for an object's class that of its boxes, and further ones for what is in masks alone. */
export function maskColours(
  classes: readonly string[],
  maskClasses: readonly string[] = [],
): (index: number) => Colour | undefined {
  const inMasksAlone = maskClasses.filter((name) => name !== 'background' && !classes.includes(name))
  const places = new Map([...classes, ...inMasksAlone].map((name, place) => [name, place]))
  const colours = maskClasses.map((name) => (name === 'background' ? undefined : classColour(places.get(name)!)))
  return (index) => colours[index]
}

/** The colours of masks' classes with their names. */
export function maskLegend(classes: readonly string[], maskClasses: readonly string[] = []): LegendEntry[] {
  const colourOf = maskColours(classes, maskClasses)
  return maskClasses.flatMap((name, index) => {
    const colour = colourOf(index)
    return colour === undefined ? [] : [{ name, colour }]
  })
}
