/** Policies of augmentation as they are named on the command line. */
import { existsSync, readFileSync } from 'node:fs'
import { ArgumentError } from 'gentle-dl'
import { Augmentation, type Policy, policies } from 'gentle-dl/data'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

export const policyNames = Object.keys(policies)

/** A policy's name, or JSON: of the text itself, or of the file that it names. Runs keep what this gives, so that they do not depend on files. */
export function policyText(flag: string, given: string): string {
  if (Object.hasOwn(policies, given)) return given
  const isJson = given.trimStart().startsWith('[')
  if (!isJson && !existsSync(given)) throw unknownChoice(flag, given, [...policyNames, 'FILE.json'])
  try {
    return JSON.stringify(JSON.parse(isJson ? given : readFileSync(given, 'utf8')))
  } catch (error) {
    throw new UsageError(`${flag} ${given} is not valid JSON: ${(error as Error).message.split('\n')[0]}`)
  }
}

/** @throws UsageError for a text that is not a policy. */
export function policyOf(flag: string, given: string): Policy {
  const text = policyText(flag, given)
  const policy: Policy = Object.hasOwn(policies, text) ? policies[text as keyof typeof policies] : JSON.parse(text)
  try {
    new Augmentation(policy, { channels: 1, height: 1, width: 1 })
  } catch (error) {
    if (error instanceof ArgumentError) throw new UsageError(`${flag}: ${error.message}`)
    throw error
  }
  return policy
}

/**
 * How pictures are looked at several times, where they are.
 * @throws UsageError where only one of the two flags is given, or views are not a whole number of at least 2.
 */
export function viewsOf({ views, augment }: { readonly views?: number; readonly augment?: string }) {
  if (views === undefined && augment === undefined) return undefined
  if (views === undefined || augment === undefined)
    throw new UsageError(
      '--views N needs --augment POLICY, and the other way round: predictions are averaged over N augmented views',
    )
  if (!Number.isInteger(views) || views < 2 || views > 1000)
    throw new UsageError(`--views is ${views}; expected a whole number from 2 to 1000`)
  return { views, policy: policyOf('--augment', augment) }
}
