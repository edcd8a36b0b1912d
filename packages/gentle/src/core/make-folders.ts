/**
 * Makes a folder and those above it, one by one, in Node: where the system refuses, the recursive call of Node can try for ever.
 * @throws the system's error where it cannot be made.
 */
export function makeFolders(path: string): void {
  const { existsSync, mkdirSync } = process.getBuiltinModule('node:fs')
  if (existsSync(path)) return
  makeFolders(process.getBuiltinModule('node:path').dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(path)) throw error
  }
}
