import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { gentleProcess, main } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-completion-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'table.csv'), 'a,b\n')

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const scriptOf = (shell: string): string =>
  execFileSync(process.execPath, [main, 'completion', shell], { encoding: 'utf8' })

/** What bash offers for the last of some words. */
function offeredByBash(script: string, words: readonly string[]): string[] {
  const line = ['gentle', ...words].map((word) => `'${word}'`).join(' ')
  const code = `${script}\nCOMP_WORDS=(${line})\nCOMP_CWORD=${words.length}\n_gentle\nprintf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = spawnSync('bash', ['--norc', '-c', code], { cwd: folder, encoding: 'utf8' })
  return stdout.split('\n').filter((each) => each !== '')
}

/** What fish offers for a command line. */
const offeredByFish = (script: string, line: string): string[] =>
  execFileSync('fish', ['--no-config', '-c', `${script}\ncomplete -C '${line}'`], { cwd: folder, encoding: 'utf8' })
    .split('\n')
    .map((each) => each.split('\t')[0])

describe('in bash, Tab completes', () => {
  let script = ''
  beforeAll(() => {
    script = scriptOf('bash')
  })

  it.each<[string, string[], string[], string[]]>([
    ['commands', ['tra'], ['train', 'transcribe', 'translate'], ['predict']],
    ['networks', ['train', 'resnet1'], ['resnet18', 'resnet14'], ['vgg16', '--data']],
    ['options of the command', ['train', '--da'], ['--data'], ['--kernel']],
    ['options of another command', ['filter', '--'], ['--kernel', '--preset'], ['--epochs']],
    ['kinds of data', ['train', 'mlp', '--data', 'm'], ['mnist', 'moons', 'masks:'], ['mlp']],
    ['files where data is expected', ['train', '--data', 'tab'], ['table.csv'], []],
    ['names of policies', ['train', '--augment', 'rand'], ['randAugment'], []],
    ['ways of an option', ['quantize', 'RUN', '--calibration', 'm'], ['minMax', 'mse'], ['percentile', 'table.csv']],
    ['subcommands', ['experiment', ''], ['depth', 'memory'], ['table.csv']],
    ['options of a subcommand', ['experiment', 'depth', '--s'], ['--size', '--seeds'], ['--schedule']],
    ['files of models', ['show', ''], ['table.csv'], []],
    ['settings to vary', ['sweep', 'mlp', '--vary', 'learn'], ['learning-rate='], ['threads=', 'table.csv']],
    ['options of a training in a sweep', ['sweep', '--ep'], ['--epochs'], ['--run-dir']],
  ])('%s', (_, words, offered, not) => {
    const found = offeredByBash(script, words)
    for (const name of offered) expect(found).toContain(name)
    for (const name of not) expect(found).not.toContain(name)
  })

  it('nothing where a number is expected', () => {
    expect(offeredByBash(script, ['train', 'mlp', '--epochs', ''])).toEqual([])
  })
})

describe.skipIf(!isThere('fish'))('in fish, Tab completes', () => {
  it('commands, networks, options and kinds of data', () => {
    const script = scriptOf('fish')
    expect(offeredByFish(script, 'gentle tra')).toEqual(expect.arrayContaining(['train', 'transcribe', 'translate']))
    expect(offeredByFish(script, 'gentle train resnet1')).toContain('resnet18')
    expect(offeredByFish(script, 'gentle train --da')).toContain('--data')
    expect(offeredByFish(script, 'gentle train mlp --data moo')).toContain('moons')
    expect(offeredByFish(script, 'gentle train mlp --data tab')).toContain('table.csv')
    expect(offeredByFish(script, 'gentle experiment depth --s')).toContain('--seeds')
  })
})

test.skipIf(!isThere('zsh'))('zsh reads its script', () => {
  const code = `autoload -Uz compinit; compinit -D -u\n${scriptOf('zsh')}\nprint $_comps[gentle]`
  expect(execFileSync('zsh', ['-f', '-c', code], { encoding: 'utf8' }).trim()).toBe('_gentle')
})

test('a shell that no script is made for is refused, with those that there are', async () => {
  const { code, stderr } = await gentleProcess(['completion', 'tcsh'])
  expect(code).toBe(2)
  expect(stderr).toContain("unknown shell 'tcsh'; choose from bash, zsh, fish")
})

test('the manual page names every command and option of the help', async () => {
  const page = (await gentleProcess(['manual'])).stdout.replaceAll('\\-', '-')
  const { stdout: help } = await gentleProcess(['train', '--help'])
  const options = help.match(/--[a-z-]+/g)!
  expect(options.length).toBeGreaterThan(20)
  for (const option of options) expect(page).toContain(option)
  const headings = help.match(/^[A-Z].*:$/gm)!.slice(1)
  expect(headings).toContain('Pretrained weights:')
  for (const heading of headings) expect(page).toContain(`\n${heading}\n`)
  expect(page).toMatch(/^\.TH GENTLE 1 /)
  for (const command of ['train', 'data describe', 'experiment depth']) expect(page).toContain(`"gentle ${command} `)
})
