/** `gentle predict` of one picture by the packages as they are published: a step is a process, from its start to the answer. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pack } from '../../tools/pack.ts'
import { cache, networkFile } from '../exported-networks.ts'
import { photographs } from '../photographs.ts'
import { serve } from '../serve.ts'

const folder = join(cache, 'packed')
const command = join(folder, 'node_modules/gentle-dl-cli/dist/gentle.js')

async function install(): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const tarballs = await pack()
  execFileSync('npm', ['install', '--no-audit', '--no-fund', ...tarballs], { cwd: folder, stdio: 'ignore' })
}

await serve(async ({ threads, network }) => {
  await install()
  const picture = join(await photographs(), 'class0/0.jpg')
  const weights = networkFile(network, 'safetensors')
  const args = [command, 'predict', network, '--weights', weights, '--normalize', 'imagenet', '--json', picture]
  return {
    version: `Node ${process.versions.node}`,
    threads,
    note: 'the packed packages, weights as safetensors',
    workPerStep: 1,
    step() {
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      if (status !== 0) throw new Error(`gentle predict failed: ${stderr.trim().split('\n').at(-1)}`)
      const [{ predictions }] = JSON.parse(stdout) as { predictions: { probability: number }[] }[]
      return predictions[0].probability
    },
  }
})
