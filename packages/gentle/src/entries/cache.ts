/**
 * Where Gentle keeps what it can get or find out again: the public entry `gentle-dl/cache`. An entry of its own, since a program may ask before it loads
 * anything else.
 * @module gentle-dl/cache
 */
export { cacheFolder } from '../core/cache-folder.ts'
export { makeFolders } from '../core/make-folders.ts'
