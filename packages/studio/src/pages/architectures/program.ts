/** The program that makes the network that is looked at, and says what it costs. */
import type { Opening } from './given-network.ts'
import { type BuilderLayer, kindNamed } from './layers.ts'
import { type GivenName, isGiven, type Shown } from './names.ts'

/** What a program is made of before it summarises: its imports and the lines that make `network`. */
interface Making {
  readonly core: readonly string[]
  readonly models: readonly string[]
  readonly lines: readonly string[]
  /** The call that gives the summary, its batch size left open. */
  readonly inputs: string
  readonly summarize: 'summarize' | 'summarizeInputs'
}

const spoken = ['deepspeech', 'deepspeech_large']

/** The network of a file that somebody gave: its name, and how it is opened. */
export interface GivenProgram {
  readonly name: string
  readonly opening: Opening
}

/** As a program writes it; whatever it holds, it stays a text. */
const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

function makingGiven({ name, opening }: GivenProgram): Making {
  const opened = (call: string): string[] => [`const { model } = await ${call}`, 'const network = model.layer']
  const making = { core: [], models: [], inputs: 'model.inputShape', summarize: 'summarize' } as const
  if (opening.by === 'openInputsModel')
    return {
      ...making,
      core: ['openInputsModel'],
      lines: opened(`openInputsModel(${quoted(name)})`),
      inputs: 'model.inputs',
      summarize: 'summarizeInputs',
    }
  if (opening.by === 'loadPretrained')
    return {
      ...making,
      models: ['loadPretrained'],
      lines: opened(`loadPretrained('${opening.network}', ${quoted(name)})`),
    }
  const { layer, freeDimensions, inputShape } = opening
  // What is made of its description needs no file.
  if (layer !== undefined)
    return {
      ...making,
      core: ['layerFrom'],
      lines: [`const network = layerFrom(${layer})`],
      inputs: `[${inputShape.join(', ')}]`,
    }
  const sizes = Object.entries(freeDimensions ?? {}).map(([size, value]) => `${quoted(size)}: ${value}`)
  const options = sizes.length === 0 ? '' : `, { freeDimensions: { ${sizes.join(', ')} } }`
  return { ...making, core: ['openModel'], lines: opened(`openModel(${quoted(name)}${options})`) }
}

function making(
  shown: Exclude<Shown, GivenName>,
  layers: readonly BuilderLayer[],
  inputShape: readonly number[],
): Making {
  if (shown === 'gnmt')
    return {
      core: [],
      models: ['gnmt'],
      lines: [
        "const pieces = { dtype: 'int32', shape: [], sequence: 30 } as const",
        'const network = gnmt({ sourceTokens: 32_000, targetTokens: 32_000, units: 1024, layers: 8 })',
      ],
      inputs: '{ source: pieces, previous: pieces }',
      summarize: 'summarizeInputs',
    }
  if (spoken.includes(shown))
    return {
      core: [],
      models: ['onSpectrograms', 'speechNetwork'],
      lines: [`const network = onSpectrograms(speechNetwork('${shown}', { symbols: 29 }))`],
      inputs: shown === 'deepspeech_large' ? '[1000, 161]' : '[1000, 40]',
      summarize: 'summarize',
    }
  if (shown !== 'own')
    return {
      core: [],
      models: ['networks'],
      lines: [`const { build, inputShape } = networks.${shown}`, 'const network = build({})'],
      inputs: 'inputShape',
      summarize: 'summarize',
    }
  return { ...own(layers, inputShape[0]), inputs: `[${inputShape.join(', ')}]`, summarize: 'summarize', models: [] }
}

/** The function that makes the builder's residual blocks. */
const blockLines = [
  '/** Two 3 x 3 convolutions and a shortcut, with a 1 x 1 convolution where the shape changes. */',
  'const block = (channels: number, stride: number, before: number) =>',
  '  Residual(',
  '    Sequential({',
  '      conv1: Conv2d(channels, 3, { stride, padding: 1, bias: false }),',
  '      bn1: BatchNorm(),',
  '      relu: ReLU(),',
  '      conv2: Conv2d(channels, 3, { padding: 1, bias: false }),',
  '      bn2: BatchNorm(),',
  '    }),',
  '    {',
  '      shortcut:',
  '        stride === 1 && channels === before',
  '          ? undefined',
  '          : Sequential(Conv2d(channels, 1, { stride, bias: false }), BatchNorm()),',
  '      activation: ReLU(),',
  '    },',
  '  )',
  '',
]

function own(layers: readonly BuilderLayer[], inputChannels: number): Pick<Making, 'core' | 'lines'> {
  let channels = inputChannels
  const calls = layers.map(({ kind, values }) => {
    const before = channels
    if (kind === 'conv' || kind === 'residual') channels = values[0]
    return kind === 'residual' ? `block(${values.join(', ')}, ${before})` : kindNamed[kind].code(values)
  })
  const hasBlock = layers.some(({ kind }) => kind === 'residual')
  const lines = [
    ...(hasBlock ? blockLines : []),
    'const network = Sequential(',
    ...calls.map((call) => `  ${call},`),
    ')',
  ]
  const core = [...new Set([...lines.join('\n').matchAll(/\b([A-Z]\w+)\(/g)].map(([, name]) => name))].sort()
  return { core, lines }
}

const importLine = (names: readonly string[], from: string): string[] =>
  names.length === 0 ? [] : [`import { ${names.join(', ')} } from '${from}'`]

/** @param inputShape of the builder's network */
export function program(
  shown: Shown,
  {
    layers,
    inputShape,
    batchSize,
    given,
    beside,
  }: {
    readonly layers: readonly BuilderLayer[]
    readonly inputShape: readonly number[]
    readonly batchSize: number
    /** Of the file that somebody gave. */
    readonly given?: GivenProgram
    /** Of the file beside it, with which it is compared. */
    readonly beside?: GivenProgram
  },
): string {
  if (isGiven(shown) && given === undefined)
    return '// Open a file that tells its network: the program that opens it stands here.\n'
  const compared = given !== undefined && beside !== undefined
  const { core, models, lines, inputs, summarize } = isGiven(shown)
    ? makingGiven(given!)
    : making(shown, layers, inputShape)
  return [
    ...importLine(core, 'gentle-dl'),
    ...importLine([...(compared ? ['compareFiles'] : []), summarize], 'gentle-dl/inspect'),
    ...importLine(models, 'gentle-dl/models'),
    '',
    ...lines,
    '',
    `const { layers, parameters, macs, flops, inferenceBytes, trainingBytes } = ${summarize}(network, ${inputs}, { batchSize: ${batchSize} })`,
    `for (const { name, type, outputShape, parameters, macs } of layers)`,
    "  console.log(name.padEnd(32), type.padEnd(20), outputShape.join(' x ').padEnd(16), parameters, macs)",
    'console.log({ parameters, macs, flops, inferenceBytes, trainingBytes })',
    ...(compared
      ? [
          '',
          `const { equal, different, onlyFirst, onlySecond } = await compareFiles(${quoted(given.name)}, ${quoted(beside.name)})`,
          'for (const { name, largest, mean } of different) console.log(name.padEnd(32), largest, mean)',
          'console.log({ equal, onlyFirst: onlyFirst.length, onlySecond: onlySecond.length })',
        ]
      : []),
    '',
  ].join('\n')
}
