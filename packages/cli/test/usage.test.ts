import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { gentle, idxBytes, plainRecipe, smallIdxSet, temporaryFolder } from './command.ts'

/** The beginning of a PNG file of grey pixels, with no pixel in it. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(64))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Wrong usage gives one line on stderr, with many choices below it in columns, nothing on stdout, and exit code 2. */
async function refuses(args: readonly string[], pattern: RegExp): Promise<void> {
  const { code, stdout, stderr } = await gentle(args)
  const [, ...below] = stderr.trimEnd().split('\n')
  for (const line of below) expect(line).toMatch(/^ {2}\S+(:\S+)?( {2,}\S+)*$/)
  expect(stderr).toMatch(pattern)
  expect(stdout).toBe('')
  expect(code).toBe(2)
}

describe.concurrent('gentle refuses, in one line,', () => {
  it('an unknown command', () => refuses(['trian'], /unknown command 'trian'; did you mean train\?/))
  it('an unknown model', () => refuses(['train', 'lenet'], /unknown model 'lenet'; did you mean lenet5\?/))
  it('an unknown model of speech', () =>
    refuses(['train', 'deepspech'], /unknown model 'deepspech'; did you mean deepspeech\?\n {2}deepspeech .* gnmt/s))
  it('a summary of a network of pairs', () =>
    refuses(['summary', 'gnmt'], /gnmt is a sequence network, whose layers cannot be shown/))
  it('an unknown data set', () =>
    refuses(['train', 'lenet5', '--data', 'mnits'], /unknown data set 'mnits'; did you mean mnist\?/))
  it('an unknown option', () => refuses(['train', 'lenet5', '--epoch', '3'], /unknown option '--epoch'.*--epochs/))
  it('an option that is not a number', () =>
    refuses(['train', 'lenet5', '--epochs', 'many'], /epochs.*expected a number/))
  it('an option out of range', () =>
    refuses(['train', 'mlp', '--batch-size', '0'], /--batch-size is 0; expected a whole number of at least 1/))
  it('an unknown schedule, with the nearest', () =>
    refuses(['train', 'mlp', '--schedule', 'liner'], /unknown --schedule 'liner'; did you mean linear\?/))
  it('a momentum with Adam', () =>
    refuses(['train', 'mlp', '--optimizer', 'adam', '--momentum', '0.5'], /--momentum needs/))
  it('a training without a model', () => refuses(['train'], /no model given/))
  it('a shape that is none', () => refuses(['summary', 'lenet5', '--input', '28by28'], /--input is '28by28'/))
  it('an input that a layer cannot take, naming the layer and the shape', () =>
    refuses(['summary', 'lenet5', '--input', '8x8x1'], /layer 3 \(conv2d\) on input \[1, 6, 4, 4\]/))
  it('channels that come first', () =>
    refuses(['summary', 'resnet18', '--input', '3x224x224'], /channels first; expected HxWxC.*: 224x224x3/))
  it('points for a network of images, naming one that takes them', () =>
    refuses(['train', 'lenet5', '--data', 'moons'], /lenet5 needs pictures.*rows of numbers; mlp and perceptron/))
  it('a table for a network of images, before its faults', async () => {
    const file = join(temporaryFolder(), 'constant.csv')
    writeFileSync(file, 'x,y,label\n1,2,5\n2,3,5\n3,4,5\n')
    await refuses(['train', 'lenet5', '--data', file], /lenet5 needs pictures.*mlp and perceptron/)
  })
  it('a folder and a file that are not there', async () => {
    await refuses(['train', 'lenet5', '--data', '/no/such'], /--data \/no\/such: no such folder \(there is no \/no\)/)
    await refuses(['train', 'mlp', '--data', 'nope.csv'], /--data nope\.csv: no such file/)
    await refuses(['train', 'mlp', '--config', 'nope.json'], /--config nope\.json cannot be read: no such file/)
  })
  it('names of options that others have, saying ours', async () => {
    const ours = { '--bs': 'batch-size', '--batch': 'batch-size', '--wd': 'weight-decay', '--dataset': 'data' }
    for (const [flag, name] of Object.entries(ours))
      await refuses(['train', 'lenet5', flag, '3'], new RegExp(`unknown option '${flag}'; did you mean --${name}\\?`))
    await refuses(['train', '--model', 'lenet5'], /unknown option '--model'; the model is named without an option/)
  })
  it('a folder that is not a run', () => refuses(['eval', '/nonexistent', '--data', 'mnist'], /neither a run folder/))
  it('a run folder that cannot be written, before it trains', () =>
    refuses(['train', 'mlp', '--data', 'xor', '--run-dir', '/proc/nowhere/run'], /cannot be written/))
  it('an IDX folder without files, naming the first that is missing', () =>
    refuses(['data', `idx:${temporaryFolder()}`], /train-images-idx3-ubyte/))
  it('a folder without data, and one of files that may be anything', async () => {
    const folder = temporaryFolder()
    await refuses(['train', 'lenet5', '--data', folder], /has nothing in it; expected a folder of images per class/)
    writeFileSync(join(folder, 'notes.txt'), 'nothing')
    await refuses(['data', folder], /has no data set that is known by its files; .* as in idx:/)
  })

  it('IDX files that are cut off, of another kind, or of other counts', async () => {
    const set = smallIdxSet()
    const images = join(set, 'train-images-idx3-ubyte')
    const whole = readFileSync(images)
    writeFileSync(images, whole.subarray(0, 5000))
    await refuses(['data', `idx:${set}`], /cut off/)
    writeFileSync(images, idxBytes([4], new Uint8Array(4)))
    await refuses(['data', `idx:${set}`], /magic number.*labels/)
    writeFileSync(images, whole)
    writeFileSync(join(set, 'train-labels-idx1-ubyte'), idxBytes([3], new Uint8Array(3)))
    await refuses(['data', `idx:${set}`], /240.*3 labels/)
  })

  it('config files with unknown keys or wrong values', async () => {
    const config = join(temporaryFolder(), 'config.json')
    writeFileSync(config, '{ "epocs": 3 }')
    await refuses(['train', 'mlp', '--config', config], /unknown setting of config .*'epocs'; did you mean epochs\?/)
    writeFileSync(config, '{ "epochs": "three" }')
    await refuses(
      ['train', 'mlp', '--config', config],
      /epochs of config .* is "three"; expected a whole number of at least 1/,
    )
    writeFileSync(config, '[3]')
    await refuses(['train', 'mlp', '--config', config], /expected settings by name/)
    writeFileSync(config, '{ epochs')
    await refuses(['train', 'mlp', '--config', config], /is not JSON/)
  })

  it('weights that are cut off or are not weights', async () => {
    const folder = join(temporaryFolder(), 'run')
    const made = await gentle(['train', 'perceptron', '--data', 'or', '--epochs', '3', '--run-dir', folder, '--quiet'])
    expect(made.code).toBe(0)
    const best = join(folder, 'weights/best.safetensors')
    const bytes = readFileSync(best)
    writeFileSync(best, bytes.subarray(0, bytes.length - 5))
    await refuses(['eval', folder, '--data', 'or'], /best\.safetensors/)
    writeFileSync(best, 'not weights at all')
    await refuses(['eval', folder, '--data', 'or'], /best\.safetensors/)
  })
})

describe.concurrent('gentle', () => {
  it('tells its version, and helps', async () => {
    expect((await gentle(['--version'])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/)
    const help = await gentle(['--help'])
    expect(help.code).toBe(0)
    for (const command of ['train', 'eval', 'predict', 'summary', 'compare', 'export', 'data'])
      expect(help.stdout).toContain(command)
  })

  it('summarises LeNet-5 as JSON', async () => {
    const summary = JSON.parse((await gentle(['summary', 'lenet5', '--input', '28x28x1', '--json'])).stdout)
    expect(summary).toMatchObject({ parameters: 61_706, macs: 416_520, flops: 833_040 })
    expect(summary.layers[0]).toMatchObject({
      name: '0',
      type: 'conv2d',
      outputShape: [6, 28, 28],
      parameters: 156,
      macs: 117_600,
    })
  })

  it('describes data sets', async () => {
    const { stdout } = await gentle(['data', `idx:${smallIdxSet()}`, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      inputShape: [1, 28, 28],
      train: { examples: 220 },
      validation: { examples: 20 },
      test: { perClass: { 0: 20, 1: 20 } },
    })
    expect((await gentle(['data', 'moons'])).stdout).toMatch(/0.*1/s)
  })

  it('takes flags over a config file', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'x'))
    const config = join(folder, 'config.json')
    writeFileSync(config, JSON.stringify({ model: 'mlp', data: 'xor', epochs: 4, seed: 7 }))
    const { stdout, code } = await gentle([
      'train',
      '--config',
      config,
      '--epochs',
      '2',
      '--run-dir',
      join(folder, 'run'),
      '--json',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ model: 'mlp', data: 'xor', epochs: 2, seed: 7 })
  })

  it('names a picture that cannot be decoded or is enormous, and tells the others', async () => {
    const folder = temporaryFolder()
    const run = join(folder, 'run')
    await gentle([
      'train',
      'lenet5',
      '--data',
      `idx:${smallIdxSet()}`,
      '--epochs',
      '1',
      ...plainRecipe,
      '--run-dir',
      run,
      '--quiet',
    ])
    const broken = join(folder, 'broken.png')
    writeFileSync(broken, 'no picture')
    const enormous = join(folder, 'enormous.png')
    writeFileSync(enormous, pngHeader(100_000, 100_000))
    const pictures = [broken, enormous, join(run, 'example.png')]
    const { stdout, stderr, code } = await gentle(['predict', run, ...pictures, '--json'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/broken\.png: it cannot be decoded/)
    expect(stderr).toMatch(/enormous\.png: it has more than 268,435,456 pixels/)
    expect(JSON.parse(stdout)).toHaveLength(1)
  })
})
