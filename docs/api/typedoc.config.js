/** The API reference of the library and of its charts, from their public entries and docstrings. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Converter, ReflectionKind } from 'typedoc'

const packages = new URL('../../packages/', import.meta.url)

/** The sources that a package exports. */
const entriesOf = (name) => {
  const { exports } = JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), 'utf8'))
  return Object.values(exports).map((source) => fileURLToPath(new URL(`${name}/${source}`, packages)))
}

/** Options that a function takes apart where it declares them have no name of their own, unless an @param gives one. */
const nameOptions = ({ converter }) =>
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter))
      if (parameter.name === '__namedParameters') parameter.name = 'options'
  })

/** TypeDoc looks for types that are not exported only in the package of the project, which would be this folder's. */
const belongToLibrary = ({ converter }) =>
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    project.packageName = 'gentle-dl'
  })

export default {
  name: 'Gentle',
  entryPoints: [...entriesOf('gentle'), ...entriesOf('plot')],
  tsconfig: 'tsconfig.json',
  readme: 'index.md',
  out: '../../dist-api',
  plugin: [nameOptions, belongToLibrary],
  disableSources: true,
  // `npm run check` has checked the types, with the repository's own TypeScript.
  skipErrorChecking: true,
  // A broken link, or a type that a signature names and no entry exports, is an error.
  treatWarningsAsErrors: true,
  // Types that are part of others and that no program has to name.
  intentionallyNotExported: [
    'Axes',
    'Both',
    'Chance',
    'Code',
    'CodeWriter',
    'DecodeSymbols',
    'Encoding',
    'EpochOrder',
    'FunctionHandle',
    'Hdf5Group',
    'Hdf5Module',
    'ImageSource',
    'Images',
    'JoinReport',
    'KeepDims',
    'Label',
    'LabelChoice',
    'Lane',
    'LayerReport',
    'Layout',
    'MapTree',
    'MathLibrary',
    'Mix',
    'Module',
    'Operand',
    'Placed',
    'Precision',
    'PullBack',
    'RandomAccess',
    'RecurrentLoop',
    'RecurrentLoopResult',
    'Renamed',
    'Separator',
    'SortOptions',
    'Stretch',
    'TracedBody',
    'ValueType',
    'Vector',
    'Window',
    'Wishes',
    'WordIds',
    'tokenizers',
  ],
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true },
}
