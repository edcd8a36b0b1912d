/** The layers that the builder offers: how they stand in an address, and in a program. */
import { AddressError, type Field } from '../../app/fields.ts'

/** One number of a layer. */
export interface Setting {
  readonly label: string
  readonly min: number
  readonly max: number
  readonly initial: number
}

export interface LayerKind {
  readonly title: string
  readonly settings: readonly Setting[]
  /** The layer as an expression of a program; of a residual block, which needs to know what comes in, that is made by the program itself. */
  code(values: readonly number[]): string
}

const channels: Setting = { label: 'channels', min: 1, max: 4096, initial: 16 }
const kernel: Setting = { label: 'kernel', min: 1, max: 15, initial: 3 }
const stride: Setting = { label: 'stride', min: 1, max: 8, initial: 1 }
const padding: Setting = { label: 'padding', min: 0, max: 15, initial: 0 }
const size: Setting = { label: 'size', min: 1, max: 15, initial: 2 }
const poolStride: Setting = { label: 'stride', min: 1, max: 15, initial: 2 }

/** Options other than the usual ones, as the last argument: `, { stride: 2 }`. */
function options(given: Readonly<Record<string, number>>, usual: Readonly<Record<string, number>>): string {
  const other = Object.entries(given).filter(([name, value]) => value !== usual[name])
  return other.length === 0 ? '' : `, { ${other.map(([name, value]) => `${name}: ${value}`).join(', ')} }`
}

const plain = (title: string, code: string): LayerKind => ({ title, settings: [], code: () => code })

/** In the order in which they are offered. */
export const kinds = {
  conv: {
    title: 'Convolution',
    settings: [channels, kernel, stride, padding],
    code: ([channels, kernel, stride, padding]) =>
      `Conv2d(${channels}, ${kernel}${options({ stride, padding }, { stride: 1, padding: 0 })})`,
  },
  depthwise: {
    title: 'Depthwise convolution',
    settings: [kernel, stride, padding],
    code: ([kernel, stride, padding]) =>
      `DepthwiseConv2d(${kernel}${options({ stride, padding }, { stride: 1, padding: 0 })})`,
  },
  residual: {
    title: 'Residual block',
    settings: [channels, stride],
    code: ([channels, stride]) => `block(${channels}, ${stride})`,
  },
  norm: plain('Batch norm', 'BatchNorm()'),
  relu: plain('ReLU', 'ReLU()'),
  tanh: plain('tanh', 'Tanh()'),
  sigmoid: plain('Sigmoid', 'Sigmoid()'),
  maxpool: {
    title: 'Max pooling',
    settings: [size, poolStride],
    code: ([size, stride]) => `MaxPool2d(${size}${options({ stride }, { stride: size })})`,
  },
  avgpool: {
    title: 'Average pooling',
    settings: [size, poolStride],
    code: ([size, stride]) => `AvgPool2d(${size}${options({ stride }, { stride: size })})`,
  },
  globalavg: plain('Global average pooling', 'GlobalAvgPool2d()'),
  dropout: {
    title: 'Dropout',
    settings: [{ label: 'percent', min: 0, max: 95, initial: 50 }],
    code: ([percent]) => `Dropout(${percent / 100})`,
  },
  flatten: plain('Flatten', 'Flatten()'),
  linear: {
    title: 'Fully connected',
    settings: [{ label: 'units', min: 1, max: 20_000, initial: 10 }],
    code: ([units]) => `Linear(${units})`,
  },
} as const satisfies Readonly<Record<string, LayerKind>>

export type KindName = keyof typeof kinds

export const kindNamed: Readonly<Record<KindName, LayerKind>> = kinds

/** A layer of the builder: its kind, and a number for each of the kind's settings. */
export interface BuilderLayer {
  readonly kind: KindName
  readonly values: readonly number[]
}

export const maxLayers = 60

export const newLayer = (kind: KindName): BuilderLayer => ({
  kind,
  values: kindNamed[kind].settings.map(({ initial }) => initial),
})

/** `conv:6,5,1,2;tanh;linear:10` */
export const layersText = (layers: readonly BuilderLayer[]): string =>
  layers.map(({ kind, values }) => (values.length === 0 ? kind : `${kind}:${values.join(',')}`)).join(';')

/** @throws AddressError for what is no list of layers. */
export function layersFrom(text: string): readonly BuilderLayer[] {
  if (text === '') return []
  const parts = text.split(';')
  if (parts.length > maxLayers)
    throw new AddressError(`there are ${parts.length} layers; expected at most ${maxLayers}`)
  return parts.map((part) => {
    const [kind, numbers] = part.split(':', 2)
    if (!Object.hasOwn(kinds, kind))
      throw new AddressError(`'${kind.slice(0, 40)}' is not a layer; expected one of ${Object.keys(kinds).join(', ')}`)
    const { settings } = kindNamed[kind as KindName]
    const values = numbers === undefined ? [] : numbers.split(',').map(Number)
    const fits = (value: number, i: number): boolean =>
      Number.isInteger(value) && value >= settings[i].min && value <= settings[i].max
    if (values.length !== settings.length || !values.every(fits)) {
      const wanted = settings.map(({ label, min, max }) => `${label} from ${min} to ${max}`).join(', ')
      throw new AddressError(`'${part.slice(0, 40)}' is not a layer ${kind}; expected ${wanted || 'no numbers'}`)
    }
    return { kind: kind as KindName, values }
  })
}

export const layersField = (initial: readonly BuilderLayer[]): Field<readonly BuilderLayer[]> => ({
  initial,
  parse: layersFrom,
  format: layersText,
})

/** Networks to begin with. */
export const presets: Readonly<Record<string, { readonly input: string; readonly layers: string }>> = {
  'LeNet-5': {
    input: '1,28,28',
    layers:
      'conv:6,5,1,2;tanh;avgpool:2,2;conv:16,5,1,0;tanh;avgpool:2,2;conv:120,5,1,0;tanh;flatten;linear:84;tanh;linear:10',
  },
  'Like VGG': {
    input: '3,32,32',
    layers:
      'conv:32,3,1,1;relu;conv:32,3,1,1;relu;maxpool:2,2;conv:64,3,1,1;relu;conv:64,3,1,1;relu;maxpool:2,2;flatten;linear:256;relu;dropout:50;linear:10',
  },
  'Like ResNet': {
    input: '3,32,32',
    layers:
      'conv:16,3,1,1;norm;relu;residual:16,1;residual:16,1;residual:32,2;residual:32,1;residual:64,2;residual:64,1;globalavg;flatten;linear:10',
  },
  MLP: { input: '1,28,28', layers: 'flatten;linear:128;relu;linear:10' },
}
