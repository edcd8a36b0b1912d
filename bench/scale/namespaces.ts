/**
 * A cluster on one machine: a network namespace for each of its nodes, joined by a bridge; what leaves and what reaches a node goes through `tc` at a set rate.
 * It needs root, and a kernel with virtual Ethernet and the token bucket filter. Where its `tc` has no `netem`, which delays, links with delay are carried by a process (delayed-links.py).
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Network {
  /** Bits a second, both ways. */
  readonly rate: number
  /** Seconds, one way. */
  readonly delay: number
}

export interface Namespaces {
  /** What mpirun takes, so that each rank is on a node of its own. */
  readonly options: readonly string[]
  /** As `options`, with the first rank where mpirun is; without delay alone. */
  readonly beside: readonly string[]
  /** Takes the link of a node away; without delay alone. */
  cut(node: number): void
  close(): void
}

const ip = (...words: readonly string[]): void =>
  void execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] })

const place = (node: number): string => `10.77.0.${node + 1}`

/** Makes the nodes. @throws Error with what `ip` or `tc` says where the system does not allow it. */
export async function namespaces(nodes: number, network: Network): Promise<Namespaces> {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-cluster-'))
  const names = Array.from({ length: nodes }, (_, node) => `gentle${node}`)
  let carrier: ChildProcess | undefined
  const close = (): void => {
    carrier?.stdin?.end()
    for (const [node, name] of names.entries()) {
      // Its namespace may be there a moment longer, and its end of the link with it.
      spawnSync('ip', ['link', 'del', `gentle-o${node}`])
      spawnSync('ip', ['netns', 'del', name])
    }
    spawnSync('ip', ['link', 'del', 'gentle-br'])
    rmSync(folder, { recursive: true, force: true })
  }
  close()
  try {
    execFileSync('mkdir', ['-p', folder])
    for (const name of names) ip('netns', 'add', name)
    if (network.delay === 0) bridge(names, network.rate)
    else carrier = await carried(nodes, network)
    // In the place of ssh: the first word that is an address says in which namespace the rest is run, under a name of its own.
    const agent = join(folder, 'agent.sh')
    writeFileSync(
      agent,
      `#!/bin/bash\nnode=$(( \${1##*.} - 1 )); shift\nexec ip netns exec gentle$node unshare --uts bash -c 'hostname "$0"; shift 0; exec bash -c "$*"' gentle$node "$@"\n`,
    )
    chmodSync(agent, 0o755)
    const hosts = join(folder, 'hosts')
    writeFileSync(hosts, names.map((_, node) => `${place(node)} slots=1\n`).join(''))
    const mca = {
      plm_rsh_agent: agent,
      btl: 'tcp,self',
      btl_tcp_if_include: '10.77.0.0/24',
      oob_tcp_if_include: '10.77.0.0/24',
      mpi_yield_when_idle: '1',
    }
    const settings = Object.entries(mca).flatMap(([name, value]) => ['--mca', name, value])
    const own = [place(nodes), ...names.slice(1).map((_, i) => place(i + 1))]
    return {
      options: ['--hostfile', hosts, ...settings],
      beside: ['--host', own.map((each) => `${each}:1`).join(), ...settings],
      cut: (node) => ip('link', 'set', `gentle-o${node}`, 'down'),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** What a link lets through at once: a millisecond's bytes, but no less than a packet of TCP. */
export const bucketBytes = (rate: number): number => Math.max(65536, Math.round(rate / 8000))

/** Joins the nodes by a bridge. */
function bridge(names: readonly string[], rate: number): void {
  const shaping = ['root', 'tbf', 'rate', `${rate}bit`, 'burst', String(bucketBytes(rate)), 'latency', '400ms']
  ip('link', 'add', 'gentle-br', 'type', 'bridge')
  ip('addr', 'add', `${place(names.length)}/24`, 'dev', 'gentle-br')
  ip('link', 'set', 'gentle-br', 'up')
  for (const [node, name] of names.entries()) {
    const [outside, inside] = [`gentle-o${node}`, `gentle-i${node}`]
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside)
    ip('link', 'set', inside, 'netns', name)
    ip('link', 'set', outside, 'master', 'gentle-br', 'up')
    ip('-n', name, 'addr', 'add', `${place(node)}/24`, 'dev', inside)
    ip('-n', name, 'link', 'set', inside, 'up')
    ip('-n', name, 'link', 'set', 'lo', 'up')
    execFileSync('tc', ['qdisc', 'add', 'dev', outside, ...shaping], { stdio: 'pipe' })
    execFileSync('ip', ['netns', 'exec', name, 'tc', 'qdisc', 'add', 'dev', inside, ...shaping], { stdio: 'pipe' })
  }
}

/** Joins the nodes by a process that delays. */
async function carried(nodes: number, { rate, delay }: Network): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'delayed-links.py')
  const carrier = spawn('/usr/bin/python3', [script, String(nodes), String(delay), String(rate)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(carrier.stdout, 'data')
  return carrier
}
