/** What a report tells of speech and translation: test examples as the end of the training kept them. */
import { existsSync } from 'node:fs'
import { DataError, type RunFolder } from 'gentle-dl'
import { editDistance } from 'gentle-dl/language'
import { z } from 'zod'
import { dataTable, remark, type Section } from './section.ts'

/** Examples that are shown. */
const maxShown = 20

const file = 'examples.json'

const schema = z.array(
  z.union([
    z
      .object({ file: z.string(), said: z.string(), recognized: z.string() })
      .transform(({ file: from, said, recognized }) => ({ from, right: [said], given: recognized })),
    z
      .object({ source: z.string(), targets: z.array(z.string()).min(1), translation: z.string() })
      .transform(({ source, targets, translation }) => ({ from: source, right: targets, given: translation })),
  ]),
)

/** Letters that are wrong, over those of the nearest right text. */
const wrongOf = ({ right, given }: z.infer<typeof schema>[number]): number =>
  Math.min(...right.map((text) => editDistance([...text], [...given]) / Math.max(1, [...text].length)))

/**
 * The test examples with the most letters wrong.
 * @param names of what is read or heard, of what is right and of what was given
 * @throws DataError for a file that is not what it should be.
 */
export function textSections(run: RunFolder, names: readonly [string, string, string]): readonly Section[] {
  const common = { id: 'worst', title: 'The worst examples' }
  if (!existsSync(run.file(file))) return [{ ...common, body: remark('They are written when the training ends.') }]
  const { success, data } = schema.safeParse(run.readJson(file))
  if (!success)
    throw new DataError(`${run.file(file)} is not a list of examples any more; a new training writes it anew`)
  const rows = data
    .map((example) => ({ ...example, wrong: wrongOf(example) }))
    .sort((a, b) => b.wrong - a.wrong)
    .slice(0, maxShown)
    .map(({ from, right, given, wrong }) => [from, right[0], given, `${(100 * wrong).toFixed(0)} %`])
  return [{ ...common, body: dataTable([...names, 'letters wrong'], rows) }]
}
