/** What the page's network is made of: a residual network for small pictures, of any depth and width. */

export interface Settings {
  /** Blocks in each of the three stages: 6 n + 2 layers with weights. */
  readonly depth: number
  /** Channels of the first stage; the next two have twice and four times as many. */
  readonly width: number
  /** Pixels across and down. */
  readonly resolution: number
  /** Pictures of a step of training. */
  readonly batch: number
}

export type Axis = keyof Settings

/** Of each setting: what it is called, its bounds, and the values that its curves go through. */
export const axes: Readonly<
  Record<
    Axis,
    {
      readonly title: string
      readonly unit: string
      readonly min: number
      readonly max: number
      readonly values: readonly number[]
    }
  >
> = {
  depth: { title: 'depth', unit: 'blocks a stage', min: 1, max: 18, values: [1, 3, 5, 7, 9] },
  width: { title: 'width', unit: 'channels of the first stage', min: 4, max: 128, values: [4, 16, 32, 48, 64] },
  resolution: { title: 'resolution', unit: 'pixels across', min: 8, max: 224, values: [16, 32, 48, 64, 96] },
  batch: { title: 'batch', unit: 'pictures a step', min: 1, max: 512, values: [1, 32, 64, 96, 128] },
}

export const axisNames = Object.keys(axes) as Axis[]

/** Layers with weights along the way, as He et al. count them. */
export const layersOf = ({ depth }: Pick<Settings, 'depth'>): number => 6 * depth + 2

/** The values of an axis' curves, with the chosen one among them. */
export const valuesOf = (axis: Axis, settings: Settings): readonly number[] =>
  [...new Set([...axes[axis].values, settings[axis]])].sort((a, b) => a - b)
