/** Terms that a model is given: --license. */
import { nearestName } from 'gentle-dl'
import identifiers from 'spdx-license-ids/index.json' with { type: 'json' }
import { UsageError } from '../terminal/usage.ts'

/** Terms of one's own, as SPDX names them (SPDX Specification 3.0, annex B, "License References"). */
const own = /^LicenseRef-[A-Za-z0-9.-]+$/

const known = new Map((identifiers as string[]).map((name) => [name.toLowerCase(), name]))

/**
 * A licence's identifier as SPDX spells it, such as `Apache-2.0` of `apache-2.0`.
 * @param flag what is told of, such as `--license`
 * @throws UsageError for one that is not in SPDX's list.
 */
export function licenseNamed(flag: string, text: string): string {
  const name = known.get(text.toLowerCase()) ?? (own.test(text) ? text : undefined)
  if (name !== undefined) return name
  const near = nearestName(text.toLowerCase(), [...known.keys()], Math.max(1, text.length / 2))
  const hint = near === undefined ? '' : `; did you mean ${known.get(near)}?`
  throw new UsageError(
    `${flag} is '${text}', which SPDX does not list${hint} (such as MIT, Apache-2.0 or CC-BY-4.0; LicenseRef-NAME for terms of your own)`,
  )
}
