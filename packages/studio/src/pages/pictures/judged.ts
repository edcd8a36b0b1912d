/** How a classifier judges the pictures: which it takes for which, where it is most wrong, and where a label may be. */

/** A picture, and what is said of it. */
export interface Judged {
  readonly id: number
  /** Classes by number: as it is labelled, and as the network sees it. */
  readonly label: number
  readonly said: number
  /** The probability of what is said, and of the label. */
  readonly confidence: number
  readonly likelihood: number
  /** −ln of the label's probability. */
  readonly loss: number
  readonly isHeldOut: boolean
}

export interface Judgement {
  readonly classes: readonly string[]
  readonly pictures: readonly Judged[]
}

/** A judgement from the probabilities of all classes for all pictures, picture by picture. */
export function judgementOf(
  {
    classes,
    ids,
    labels,
  }: { readonly classes: readonly string[]; readonly ids: readonly number[]; readonly labels: readonly number[] },
  probabilities: Float32Array,
  heldOut: ReadonlySet<number>,
): Judgement {
  const pictures = ids.map((id, i): Judged => {
    const own = probabilities.subarray(i * classes.length, (i + 1) * classes.length)
    const said = own.indexOf(Math.max(...own))
    const likelihood = own[labels[i]]
    return {
      id,
      label: labels[i],
      said,
      confidence: own[said],
      likelihood,
      loss: -Math.log(likelihood),
      isHeldOut: heldOut.has(i),
    }
  })
  return { classes, pictures }
}

/** How often the row's class was taken for the column's. */
export function confusionOf({ classes, pictures }: Judgement): number[][] {
  const counts = classes.map(() => classes.map(() => 0))
  for (const { label, said } of pictures) counts[label][said]++
  return counts
}

/** Pictures that are taken for something else, the surest first. */
export const worstMistakes = ({ pictures }: Judgement, count: number): Judged[] =>
  pictures
    .filter(({ label, said }) => label !== said)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, count)

/** Pictures of the highest loss, whether they are taken for something else or not. */
export const topLosses = ({ pictures }: Judgement, count: number): Judged[] =>
  [...pictures].sort((a, b) => b.loss - a.loss).slice(0, count)

/** The same of some pictures alone. */
export const only = ({ classes, pictures }: Judgement, part: 'held out' | 'all'): Judgement => ({
  classes,
  pictures: part === 'all' ? pictures : pictures.filter(({ isHeldOut }) => isHeldOut),
})
