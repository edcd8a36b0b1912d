import { ArgumentError } from './errors.ts'

/**
 * The folder in which Gentle keeps what it can get or find out again. GENTLE_CACHE where it is set; else where programs keep such files: `~/.cache/gentle`
 * or below XDG_CACHE_HOME (XDG Base Directory Specification), `~/Library/Caches/gentle` on macOS, `%LOCALAPPDATA%\gentle\Cache` on Windows. In Node only.
 * @throws ArgumentError for a user without a home folder, where no variable names another.
 */
export function cacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: () => string = process.getBuiltinModule('node:os').homedir,
): string {
  const { isAbsolute, join } = process.getBuiltinModule('node:path')
  const { GENTLE_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = environment
  const below = (...names: readonly string[]): string => join(homeFolder(home), ...names)
  if (GENTLE_CACHE) return GENTLE_CACHE
  if (platform === 'win32') return join(LOCALAPPDATA || below('AppData', 'Local'), 'gentle', 'Cache')
  if (platform === 'darwin') return below('Library', 'Caches', 'gentle')
  // A relative path there is to be ignored.
  return join(XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : below('.cache'), 'gentle')
}

function homeFolder(home: () => string): string {
  try {
    return home()
  } catch (cause) {
    throw new ArgumentError('this user has no home folder to keep a cache in; name a folder as GENTLE_CACHE', { cause })
  }
}
