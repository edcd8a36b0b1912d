/** `--pretrained`: a model that begins with all that fits of another's weights, and what was and was not loaded. */
import { type AnyModel, loadMatching, type Matching, type PretrainedHead, type Shape, weightsOf } from 'gentle-dl'
import type { WeightsSource } from 'gentle-dl/models'
import { sourceText } from '../models/open-model.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'

/** A few names, and how many more there are. */
const someOf = (names: readonly string[], max = 4): string =>
  names.length <= max ? names.join(', ') : `${names.slice(0, max).join(', ')} and ${names.length - max} more`

/** Weights to begin with, under the names of the network that is trained. */
export interface Pretrained extends PretrainedHead {
  readonly file: string
  readonly source: WeightsSource
}

/**
 * Loads all that fits, and reports on stderr what was and was not loaded.
 * @throws UsageError where nothing fits.
 */
export async function loadAndReport(
  model: AnyModel,
  { file, tensors, otherClasses, source }: Pretrained,
  { name, head, quiet }: { name: string; head: ReadonlyMap<string, number>; quiet: boolean },
): Promise<Matching> {
  const matching = await loadMatching(model, tensors)
  const { loaded, unexpected, shapeMismatch } = matching
  const missing = matching.missing.filter((each) => !otherClasses.includes(each))
  if (loaded.length === 0) {
    const shapeIn = (weights: ReadonlyMap<string, { readonly shape: Shape }>, key: string): string =>
      `[${weights.get(key)!.shape.join(', ')}]`
    const why =
      shapeMismatch.length > 0
        ? someOf(shapeMismatch.map((key) => `${key} is ${shapeIn(tensors, key)} for ${shapeIn(weightsOf(model), key)}`))
        : otherClasses.length > 0
          ? 'its classes have other names, and only its head would fit'
          : `it holds ${someOf([...tensors.keys()])}; expected ${someOf(missing)}`
    throw new UsageError(`--pretrained ${file} has no weights that fit ${name}: ${why}`)
  }
  if (!quiet)
    for (const line of [
      ...sourceText(file, source),
      `${file}: ${loaded.length} of the ${loaded.length + matching.missing.length + shapeMismatch.length} weights of ${name} are loaded`,
      ...(shapeMismatch.length === 0
        ? []
        : [
            `  with a different shape: ${someOf(shapeMismatch)}${shapeMismatch.every((each) => head.has(each)) ? ', the head' : ''}; initialized randomly`,
          ]),
      ...(otherClasses.length === 0
        ? []
        : [`  for other classes: ${someOf(otherClasses)}, the head; initialized randomly`]),
      ...(missing.length === 0 ? [] : [`  not in the file: ${someOf(missing)}; initialized randomly`]),
      ...(unexpected.length === 0 ? [] : [`  not in the network: ${someOf(unexpected)}; ignored`]),
    ])
      note(line)
  return matching
}
