#!/usr/bin/env node
/**
 * What `gentle` starts with: JavaScript that old versions of Node can read, so that they say which one is needed, instead of what they cannot
 * read of the rest.
 */
import module from 'node:module'
import { join } from 'node:path'

const needed = [22, 18]
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  // Compiling takes most of a start. Node's own place for what it compiled is a folder of temporary files, where other users may come first.
  const { cacheFolder, makeFolders } = await import('gentle-dl/cache')
  try {
    const compiled = process.env.NODE_COMPILE_CACHE ?? join(cacheFolder(), 'compiled')
    makeFolders(compiled)
    module.enableCompileCache?.(compiled)
  } catch {
    // Where nothing can be kept, each start compiles.
  }
  await import('./main.ts')
} else {
  console.error(
    `gentle: needs Node ${needed.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath})`,
  )
  process.exitCode = 1
}
