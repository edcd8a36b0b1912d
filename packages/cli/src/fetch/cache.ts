/** The folder in which downloads are kept. */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * GENTLE_CACHE where it is set; else where programs keep such files: `~/.cache/gentle` or below XDG_CACHE_HOME (XDG Base Directory Specification),
 * `~/Library/Caches/gentle` on macOS, `%LOCALAPPDATA%\gentle\Cache` on Windows.
 */
export function cacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  const { GENTLE_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = environment
  if (GENTLE_CACHE) return GENTLE_CACHE
  if (platform === 'win32') return join(LOCALAPPDATA || join(home, 'AppData', 'Local'), 'gentle', 'Cache')
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'gentle')
  // A relative path there is to be ignored.
  return join(XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, '.cache'), 'gentle')
}

/** Where a file of weights is kept. */
export const weightsPlace = (file: string): string => join(cacheFolder(), 'weights', file)

/** The folder of a data set, as its reader takes it. */
export const dataPlace = (name: string): string => join(cacheFolder(), 'data', name)

/** Where an archive of data is kept until it is unpacked. */
export const archivePlace = (file: string): string => join(cacheFolder(), 'downloads', file)
