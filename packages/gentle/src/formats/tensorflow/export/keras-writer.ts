/** A network of Keras' layers in the making, and the numbers of its weights, as TensorFlow.js stores them. */
import type { Shape } from '../../../core/shape.ts'
import { sizeOf } from '../../../core/shape.ts'

/** How a tensor of ours lies there, without the axis of the batch: as it is; a picture's or sequence's channels last; or such a picture, flattened. */
export type Layout =
  | { readonly kind: 'same' }
  | { readonly kind: 'channelsLast' }
  | { readonly kind: 'flattened'; readonly image: Shape }

/** What a layer there gives. */
export interface Written {
  /** Name of the layer. */
  readonly layer: string
  /** Of one example, as the library has it. */
  readonly shape: Shape
  readonly layout: Layout
  /** Whether no value is below 0, whatever the input. */
  readonly nonNegative: boolean
}

export interface KerasWeight {
  readonly shape: Shape
  readonly data: Float32Array
}

type Config = Readonly<Record<string, unknown>>

export class KerasWriter {
  readonly #layers: object[] = []
  readonly #weights: (KerasWeight & { readonly name: string })[] = []
  readonly #taken = new Set<string>()

  /** An input of this shape there. */
  input(shape: Shape): string {
    const config = { batch_input_shape: [null, ...shape], dtype: 'float32', sparse: false }
    return this.#layer('InputLayer', 'input', config, [])
  }

  /** Adds a layer; gives its name, which is the one asked for, or one like it. */
  add(
    className: string,
    name: string,
    inputs: readonly string[],
    config: Config = {},
    weights: Readonly<Record<string, KerasWeight>> = {},
  ): string {
    const layer = this.#layer(className, name, { trainable: true, dtype: 'float32', ...config }, inputs)
    for (const [weight, { shape, data }] of Object.entries(weights))
      this.#weights.push({ name: `${layer}/${weight}`, shape, data })
    return layer
  }

  /** A picture in the order of the library's axes, channels first, for what does not go by channels. */
  channelsFirst(x: Written): Written {
    const { layout, layer, shape } = x
    if (layout.kind === 'same') return x
    const name = `${layer}_channels_first`
    const same: Layout = { kind: 'same' }
    if (layout.kind === 'channelsLast')
      return { ...x, layer: this.add('Permute', name, [layer], { dims: toChannelsFirst(shape) }), layout: same }
    const [channels, ...image] = layout.image
    const picture = this.add('Reshape', `${layer}_image`, [layer], { target_shape: [...image, channels] })
    const turned = this.add('Permute', name, [picture], { dims: toChannelsFirst(layout.image) })
    return { ...x, layer: this.add('Flatten', `${layer}_flat`, [turned]), layout: same }
  }

  /** A picture with channels last. */
  channelsLast(x: Written): Written {
    if (x.layout.kind === 'channelsLast' || x.shape.length !== 3) return x
    const config = { dims: [2, 3, 1] }
    const layer = this.add('Permute', `${x.layer}_channels_last`, [this.channelsFirst(x).layer], config)
    return { ...x, layer, layout: { kind: 'channelsLast' } }
  }

  /** The topology of `model.json`, its manifest of weights, and the weights' bytes. */
  finish(name: string, output: string): { topology: object; manifest: object[]; bytes: Uint8Array<ArrayBuffer> } {
    const count = this.#weights.reduce((total, { shape }) => total + sizeOf(shape), 0)
    const bytes = new DataView(new ArrayBuffer(4 * count))
    let at = 0
    for (const { data } of this.#weights) for (const value of data) bytes.setFloat32(4 * at++, value, true)
    return {
      topology: {
        class_name: 'Model',
        config: {
          name,
          layers: this.#layers,
          input_layers: [['input', 0, 0]],
          output_layers: [[output, 0, 0]],
        },
        keras_version: 'tfjs-layers 4.22.0',
        backend: 'tensor_flow.js',
      },
      manifest: this.#weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      bytes: new Uint8Array(bytes.buffer),
    }
  }

  #layer(className: string, asked: string, config: Config, inputs: readonly string[]): string {
    const name = this.#free(asked)
    const inbound = inputs.map((from) => [from, 0, 0, {}])
    this.#layers.push({
      name,
      class_name: className,
      config: { name, ...config },
      inbound_nodes: inputs.length === 0 ? [] : [inbound],
    })
    return name
  }

  #free(name: string): string {
    let free = name
    for (let i = 1; this.#taken.has(free); i++) free = `${name}_${i}`
    this.#taken.add(free)
    return free
  }
}

/** Where each axis comes from that brings channels first, counted from 1, as Keras' Permute counts. */
const toChannelsFirst = (shape: Shape): number[] => [shape.length, ...shape.slice(1).map((_, axis) => axis + 1)]
