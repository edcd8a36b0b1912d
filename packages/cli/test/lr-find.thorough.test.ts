import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

const out = join(temporaryFolder(), 'rates.svg')
const find = ['lr-find', 'mlp', '--data', 'moons', '--threads', '1', '--quiet', '--out', out]

describe('gentle lr-find', () => {
  it('suggests a rate, draws the curve, and tells how to train with it', async () => {
    const options = ['--optimizer', 'sgd', '--momentum', '0.5', '--highest', '1000']
    const { code, stdout } = await gentle([...find, ...options, '--json'])
    expect(code).toBe(0)
    const { rate, rates, losses, command, chart, doubt } = JSON.parse(stdout)
    expect(doubt).toBeUndefined()
    expect(rate).toBe(Number((rates[losses.indexOf(Math.min(...losses))] / 4).toPrecision(2)))
    expect(command).toMatch(
      new RegExp(`train mlp --data moons --threads 1 --optimizer sgd --momentum 0.5 --learning-rate ${rate}$`),
    )
    expect(readFileSync(chart, 'utf8')).toContain('mlp on moons, by sgd')
    const plain = await gentle([...find, ...options])
    expect(plain.stdout).toContain(`learning rate ${rate}: a quarter of`)
    expect(plain.stdout).toContain(command)
  })

  it('tells the size of pictures for which it chose a network, and gives JSON as it is on a terminal', async () => {
    const pictures = join(temporaryFolder(), 'pictures')
    for (const [name, background] of Object.entries({ dark: '#202020', light: '#e0e0e0' })) {
      mkdirSync(join(pictures, name), { recursive: true })
      for (let i = 0; i < 8; i++)
        await sharp({ create: { width: 80, height: 80, channels: 3, background } })
          .png()
          .toFile(join(pictures, name, `${i}.png`))
    }
    const options = [
      '--data',
      pictures,
      '--augment',
      'none',
      '--steps',
      '10',
      '--out',
      out,
      '--quiet',
      '--strict',
      '--json',
    ]
    const columns = Object.getOwnPropertyDescriptor(process.stdout, 'columns')
    const isTerminal = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY')
    Object.defineProperty(process.stdout, 'isTTY', { value: true, configurable: true })
    Object.defineProperty(process.stdout, 'columns', { value: 60, configurable: true })
    try {
      const { code, stdout } = await gentle(['lr-find', ...options])
      expect(code).toBe(0)
      expect(JSON.parse(stdout).command).toMatch(/train resnet\d+ .*--resize 64 .*--strict --learning-rate/)
    } finally {
      for (const [name, descriptor] of Object.entries({ columns, isTTY: isTerminal }))
        if (descriptor === undefined) Reflect.deleteProperty(process.stdout, name)
        else Object.defineProperty(process.stdout, name, descriptor)
    }
  })

  it('says where the loss still falls at the highest rate', async () => {
    const falling = await gentle([...find, '--optimizer', 'sgd', '--lowest', '0.001', '--highest', '0.03'])
    expect(falling.stdout).toContain(
      'but the loss is lowest near 0.03, where the rates end: a higher one may be better; raise --highest',
    )
    const still = await gentle([...find, '--optimizer', 'sgd', '--highest', '0.001'])
    expect(still.stdout).toContain('but the loss falls at none of these rates; raise --highest')
  })

  it.each([
    [['--lowest', '1', '--highest', '0.1'], /--lowest is 1 and --highest 0.1; expected numbers above 0/],
    [['--steps', '3'], /--steps is 3; expected a whole number of at least 10/],
    [['--out', 'rates.png'], /--out is rates.png; expected a file that ends with .svg/],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await gentle([...find, ...options])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(existsSync('rates.png')).toBe(false)
  })
})
