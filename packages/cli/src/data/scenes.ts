/** `scenes` as it is named on the command line: scenes:side=96,objects=1-8,size=20-40,rotation=15,overlap=0.3,clutter=6,train=20000,source=idx:DIR */
import { type AnnotatedSplits, idxFolder, mnist, type SceneOptions, sceneSplits } from 'gentle-dl/data'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

const numbers = ['side', 'rotation', 'overlap', 'clutter', 'train'] as const
const ranges = ['objects', 'size'] as const
const all: readonly string[] = [...numbers, ...ranges, 'source']

/** Whether a data set's name is one of scenes. */
export const areScenes = (name: string): boolean => /^scenes(:|$)/.test(name)

type Options = { -readonly [Key in keyof SceneOptions]: SceneOptions[Key] } & { train?: number }

function parse(name: string): { options: Options; source: string } {
  const options: Options = {}
  let source = 'mnist'
  for (const part of name.slice('scenes:'.length).split(',')) {
    if (part === '') continue
    const [, key, value] = /^([a-z]+)=(.+)$/.exec(part) ?? []
    if (key === undefined)
      throw new UsageError(
        `--data ${name}: '${part}' is not an option; expected name=value, such as side=96 or objects=1-8`,
      )
    if (!all.includes(key)) throw unknownChoice(`option of ${name}:`, key, all)
    const [number, range] = [numbers.find((known) => known === key), ranges.find((known) => known === key)]
    const bounds = value.split('-').map(Number)
    if (number !== undefined) {
      if (!Number.isFinite(Number(value))) throw new UsageError(`--data ${name}: ${key} is ${value}; expected a number`)
      options[number] = Number(value)
    } else if (range !== undefined) {
      if (bounds.length > 2 || !bounds.every(Number.isFinite))
        throw new UsageError(`--data ${name}: ${key} is ${value}; expected a number, or two, such as ${key}=1-8`)
      options[range] = [bounds[0], bounds.at(-1)!]
    } else source = value
  }
  return { options, source }
}

/** Opens scenes. Their validation and test parts show other objects than training does. @throws UsageError for options that are none. */
export async function openScenes(name: string, seed: number): Promise<AnnotatedSplits> {
  const { options, source } = parse(name)
  if (source !== 'mnist' && !source.startsWith('idx:'))
    throw new UsageError(`--data ${name}: source is ${source}; expected mnist or idx:DIR`)
  const objects = source === 'mnist' ? await mnist({ seed }) : await idxFolder(source.slice('idx:'.length), { seed })
  return sceneSplits(objects, { ...options, seed })
}
