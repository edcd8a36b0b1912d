/** Why a download failed, in a few words that follow the file's name: `the server answers 404 Not Found`. */
export class DownloadError extends Error {}

/** A download that might go on where it stopped: a cut connection, a busy server. */
export class Interruption extends DownloadError {
  /** Whether there is no use in trying again at once: nobody is reached at all. */
  readonly isOffline: boolean

  constructor(message: string, isOffline = false) {
    super(message)
    this.isOffline = isOffline
  }
}

const codeOf = (error: unknown): string | undefined => {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as NodeJS.ErrnoException
    if (typeof code === 'string') return code
  }
  return undefined
}

/** What an error of fetch means. */
export function networkError(error: unknown, host: string): DownloadError {
  const code = codeOf(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Interruption(`${host} cannot be found; this computer seems to be offline`, true)
  if (code === 'ECONNREFUSED' || code === 'ENETUNREACH' || code === 'EHOSTUNREACH')
    return new Interruption(`${host} cannot be reached (${code})`, true)
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT')
    return new Interruption(`${host} does not answer`, code === 'UND_ERR_CONNECT_TIMEOUT')
  const { message, cause } = error as Error
  const deepest = cause instanceof Error ? cause.message : message
  if (code !== undefined && /CERT|SELF_SIGNED|ISSUER/.test(code))
    return new DownloadError(`the certificate of ${host} is not trusted (${deepest}); NODE_EXTRA_CA_CERTS adds one`)
  return new Interruption(`the connection to ${host} was cut (${deepest})`)
}

/** What an error of writing a file means; others are thrown as they are. */
export function storageError(error: unknown, folder: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new DownloadError(`there is no space left in ${folder}; free some, or name another folder as GENTLE_CACHE`)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'ENOENT')
    return new DownloadError(
      `${folder} cannot be written (${message.split('\n')[0]}); name another folder as GENTLE_CACHE`,
    )
  return error
}
