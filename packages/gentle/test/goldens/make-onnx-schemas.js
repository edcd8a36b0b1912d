/**
 * Writes onnx-schemas.json from the ONNX project's own list of its operators at each version, docs/Changelog.md of https://github.com/onnx/onnx:
 * `node make-onnx-schemas.js Changelog.md`. `{ operator: { since: 'names of attributes' } }` up to operator set 22.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const newest = 22
const schemas = {}
const [text] = readFileSync(process.argv[2], 'utf8').split(/^# ai\.onnx\.preview/m)
for (const part of text.split(/^### <a name="/m).slice(1)) {
  const [, name, since] = /^(\w+)-(\d+)"/.exec(part) ?? []
  // A deprecated version says that there is none from there on.
  if (name === undefined || Number(since) > newest || /^.*\(deprecated\)/.test(part)) continue
  const [, rest = ''] = part.split(/^#### Attributes$/m)
  const [attributes] = rest.split(/^#### /m)
  const names = Array.from(attributes.matchAll(/^<dt><tt>(\w+)<\/tt>/gm), ([, own]) => own)
  schemas[name] ??= {}
  schemas[name][since] = names.sort().join(' ')
}
// Deprecated since, and so without attributes in the list; files of operator sets 18 to 20 have it so.
schemas.GroupNormalization[18] = 'epsilon num_groups'
const sorted = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))
writeFileSync(new URL('onnx-schemas.json', import.meta.url), `${JSON.stringify(Object.fromEntries(sorted), undefined, 1)}\n`)
