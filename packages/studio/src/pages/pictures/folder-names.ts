/** Classes as names of folders that every system takes, in the same order where their names allow that, each once. */
export function folderNames(classes: readonly string[]): string[] {
  const taken = new Set<string>()
  return classes.map((name) => {
    const plain = name.replaceAll(/[/\\:*?"<>|]/g, '_').replace(/^\.+|[. ]+$/g, '_')
    let folder = plain
    for (let i = 2; taken.has(folder.toLowerCase()); i++) folder = `${plain} ${i}`
    taken.add(folder.toLowerCase())
    return folder
  })
}
