/** Commands that the reader can type as they are printed. */

/** In a clone npm finds the command itself; elsewhere the name `gentle` may be a stranger's, and the package's name is ours. */
const program = import.meta.filename.endsWith('.ts') ? 'npx gentle' : 'npx gentle-dl-cli'

/** A word as a shell takes it for one. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`

/** As `commandLine`, for so many processes that train together; npx would not pass Ctrl-C on. */
export function commandLineOfRanks(ranks: number, ...words: readonly string[]): string {
  const launcher = process.env.OMPI_COMM_WORLD_SIZE === undefined ? 'srun --mpi=pmix' : 'mpirun'
  return [launcher, '-n', ranks, 'node_modules/.bin/gentle', ...words.map(quoted)].join(' ')
}

/** The command line that runs `gentle` with these words. */
export const commandLine = (...words: readonly string[]): string => [program, ...words.map(quoted)].join(' ')
