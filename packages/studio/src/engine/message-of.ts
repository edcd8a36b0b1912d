/** What went wrong, in words: errors of a worker come with their messages. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
