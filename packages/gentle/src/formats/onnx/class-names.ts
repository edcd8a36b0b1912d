/** Names of classes, as programs write them among an ONNX file's metadata. */

/** `classes`: a list as JSON, as exportOnnx writes it; `names`: a dictionary as Python prints it, as Ultralytics does. Undefined where there are none. */
export function classNamesIn(metadata: Readonly<Record<string, string>>): readonly string[] | undefined {
  const { classes, names } = metadata
  return (
    (classes === undefined ? undefined : fromList(classes)) ?? (names === undefined ? undefined : fromPython(names))
  )
}

function fromList(text: string): readonly string[] | undefined {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    return undefined
  }
  return Array.isArray(list) && list.length > 0 && list.every((name) => typeof name === 'string') ? list : undefined
}

/** An entry of `{0: 'cat', 1: "dog's"}` and what follows it. */
const entry = /\s*(\d+)\s*:\s*(?:'((?:[^'\\]|\\['"\\])*)'|"((?:[^"\\]|\\['"\\])*)")\s*(,|$)/y

/** Only where all of it is understood, with a name for each number from 0 on. */
function fromPython(text: string): readonly string[] | undefined {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1]
  if (inner === undefined) return undefined
  const names: string[] = []
  entry.lastIndex = 0
  while (entry.lastIndex < inner.length) {
    const found = entry.exec(inner)
    if (found === null || Number(found[1]) !== names.length) return undefined
    names.push((found[2] ?? found[3]).replace(/\\(['"\\])/g, '$1'))
  }
  return names.length > 0 ? names : undefined
}
