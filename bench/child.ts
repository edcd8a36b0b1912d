import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Row } from './benchmarks.ts'
import type { Ready, Round } from './protocol.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** A contender that is silent for so long is given up. The slowest needs half a minute for a step. */
const patienceInMilliseconds = 300_000

/** A contender as a running process: the runner's half of the protocol. */
export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<string>
  #errors = ''

  private constructor({ benchmark, contender }: Row) {
    const [file, ...options] = contender.program
    const { threads, batch, network, size } = benchmark.settings
    const interpreter = file.endsWith('.py') ? '/usr/bin/python3' : process.execPath
    const settings = [`--threads=${contender.threads ?? threads}`, `--batch=${batch}`, `--network=${network}`]
    if (size !== undefined) settings.push(`--size=${size}`)
    this.#process = spawn(interpreter, [file, ...options, ...settings], { cwd: folder, stdio: 'pipe' })
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
    this.#process.stderr.on('data', (chunk) => {
      this.#errors += chunk
    })
    this.#process.stdin.on('error', () => {}) // it has ended: `ended` says why
    this.#ended = new Promise((resolve) => {
      this.#process.on('error', ({ message }) => resolve(message))
      this.#process.on('close', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`))
    })
  }

  /**
   * Starts a contender and waits until it is ready.
   * @throws Error with the reason when it cannot take part.
   */
  static async start(row: Row): Promise<{ child: Child; ready: Ready }> {
    const child = new Child(row)
    try {
      const { ready } = await child.#message<{ ready: Ready }>()
      const expected = row.benchmark.parameters
      if (expected !== undefined && ready.parameters !== expected)
        throw new Error(`it trains ${ready.parameters} parameters; expected ${expected} as all the others`)
      return { child, ready }
    } catch (error) {
      child.stop()
      throw error
    }
  }

  /**
   * Lets it compute for about so many milliseconds, one step at least.
   * @throws Error with the reason when it fails.
   */
  round(milliseconds: number): Promise<Round> {
    this.#process.stdin.write(`round ${milliseconds}\n`)
    return this.#message<Round>()
  }

  /** Ends it, whatever it does. */
  stop(): void {
    this.#process.kill()
  }

  /** The next line that is a message. */
  async #message<Message>(): Promise<Message> {
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<never>((_, reject) => {
      const seconds = patienceInMilliseconds / 1000
      timer = setTimeout(() => reject(new Error(`it was silent for ${seconds} s`)), patienceInMilliseconds)
    })
    try {
      for (;;) {
        const { value, done } = await Promise.race([this.#lines.next(), silence])
        if (done) {
          const end = await this.#ended
          throw new Error(reasonIn(this.#errors) || end)
        }
        if (value.startsWith('{')) return JSON.parse(value) as Message
      }
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The line of a stack trace, Node's or Python's, that says what went wrong. */
const reasonIn = (errors: string): string =>
  errors.match(/^\w*(?:Error|Exception)\b.*$/m)?.[0] ?? errors.trim().split('\n').at(-1) ?? ''
