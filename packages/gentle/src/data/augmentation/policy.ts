/** Policies: lists of transforms as plain data, as they may stand in a JSON file. */
import { ArgumentError } from '../../core/errors.ts'
import type { Step } from './drawing.ts'
import { geometric } from './geometric.ts'
import { cutMix, type Mix, mixUp } from './mixing.ts'
import { number, type Range, settle } from './options.ts'
import { photometric } from './photometric.ts'
import { drawn } from './rand-augment.ts'
import type { TransformKind } from './transform.ts'

/** An angle, a share or another size of both signs; or two, from the first to the second. */
export type Spread = number | Range

/** With which probability a transform is done: 1 unless given; 0.5 for those that are done or not, such as a flip. */
interface Chance {
  readonly probability?: number
}

/** One transform. Geometric ones become one map, in their order, and are done first; then the others, in theirs; mixing last. */
export type Transform = Chance &
  (
    | { readonly type: 'flip'; readonly axis?: 'horizontal' | 'vertical' }
    | { readonly type: 'rotate'; readonly degrees: Spread }
    | { readonly type: 'shift' | 'shear'; readonly across?: Spread; readonly down?: Spread }
    | { readonly type: 'zoom'; readonly factor: Range }
    | { readonly type: 'stretch'; readonly aspect: Range }
    | { readonly type: 'crop'; readonly padding: number }
    | { readonly type: 'resizedCrop'; readonly area?: Range; readonly aspect?: Range }
    | { readonly type: 'outside'; readonly colour?: 'black' | 'border' }
    | { readonly type: 'perspective'; readonly distortion: number }
    | { readonly type: 'elastic'; readonly alpha?: number; readonly sigma?: number }
    | { readonly type: 'brightness' | 'contrast' | 'saturation' | 'sharpness'; readonly factor: Range }
    | { readonly type: 'hue'; readonly shift: Spread }
    | { readonly type: 'gamma'; readonly exponent: Range }
    | { readonly type: 'noise'; readonly std: number }
    | { readonly type: 'blur'; readonly sigma: Range }
    | { readonly type: 'grey' | 'invert' | 'equalize' | 'autocontrast' }
    | { readonly type: 'posterize'; readonly bits: number }
    | { readonly type: 'solarize'; readonly threshold?: number }
    | { readonly type: 'cutout'; readonly size?: number; readonly fill?: number }
    | { readonly type: 'erase'; readonly area?: Range; readonly aspect?: Range; readonly with?: 'black' | 'noise' }
    | { readonly type: 'randAugment'; readonly operations?: number; readonly magnitude?: number }
    | { readonly type: 'trivialAugment' }
    | { readonly type: 'mixUp' | 'cutMix'; readonly alpha?: number }
  )

export type Policy = readonly Transform[]

const kinds: Readonly<Record<string, TransformKind>> = { ...geometric, ...photometric, ...drawn }

/** Ways of mixing; their probability is that of mixing at all. */
const mixes = { mixUp: { mix: mixUp, alpha: 0.2 }, cutMix: { mix: cutMix, alpha: 1 } } as const

const isMix = (type: string): type is keyof typeof mixes => Object.hasOwn(mixes, type)

/** The transforms by name, each in a few words. */
export const transformNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(kinds).map(([name, { about }]) => [name, about])),
  mixUp: 'adds the next picture of the batch, and its label (Zhang et al., 2018)',
  cutMix: 'pastes a rectangle of the next picture of the batch, and its share of the label (Yun et al., 2019)',
}

/** A policy made ready. */
export interface SettledPolicy {
  readonly steps: readonly Step[]
  /** Whether the first that it does to places, but for flips, is to crop, and it does so once: of files that is a part of the file's own pixels. */
  readonly cropsFirst: boolean
  readonly mixing: { readonly ways: readonly Mix[]; readonly probability: number } | undefined
}

/**
 * Checks a policy and makes it ready.
 * @throws ArgumentError for transforms and options that do not exist, and values out of range.
 */
export function settlePolicy(policy: unknown): SettledPolicy {
  if (!Array.isArray(policy)) throw new ArgumentError('a policy is a list of transforms, such as [{ "type": "flip" }]')
  const steps: Step[] = []
  const ways: Mix[] = []
  let probability = 1
  for (const [i, transform] of policy.entries()) {
    const where = `transform ${i + 1} of the policy`
    const type: unknown = typeof transform === 'object' && transform !== null ? transform.type : undefined
    if (typeof type !== 'string')
      throw new ArgumentError(`${where} is ${JSON.stringify(transform)}; expected an object with a type`)
    const { type: _, ...options } = transform
    if (isMix(type)) {
      const { mix, alpha: defaultAlpha } = mixes[type]
      const rules = { alpha: number(0.01, 100, defaultAlpha), probability: number(0, 1, 1) }
      const { alpha, probability: chance } = settle(`${where} (${type})`, rules, options)
      ways.push(mix(alpha))
      probability = chance
    } else if (Object.hasOwn(kinds, type)) steps.push(kinds[type].step(`${where} (${type})`, options))
    else
      throw new ArgumentError(
        `${where} has the unknown type '${type}'; choose from ${Object.keys(transformNames).join(', ')}`,
      )
  }
  return { steps, cropsFirst: cropsFirst(policy), mixing: ways.length === 0 ? undefined : { ways, probability } }
}

function cropsFirst(policy: Policy): boolean {
  const types = policy.map(({ type }) => type)
  const at = types.indexOf('resizedCrop')
  const before = types.slice(0, Math.max(0, at))
  const keepPlaces = (type: string): boolean => type === 'flip' || Object.hasOwn(photometric, type)
  return at >= 0 && at === types.lastIndexOf('resizedCrop') && before.every(keepPlaces)
}

/** Policies by name. */
export const policies = {
  /** Pictures as they are. */
  none: [],
  /** For pictures of which nothing is known: moved, scaled and turned a little, nothing mirrored, colours as they are. */
  modest: [
    { type: 'outside', colour: 'border' },
    { type: 'rotate', degrees: 8 },
    { type: 'zoom', factor: [0.85, 1.18] },
    { type: 'stretch', aspect: [0.9, 1.11] },
    { type: 'shift', across: 0.1, down: 0.1 },
  ],
  /** The same for pictures whose colours do not matter: in any hue, paler or grey, brighter or darker. */
  modestColour: [
    { type: 'outside', colour: 'border' },
    { type: 'rotate', degrees: 8 },
    { type: 'zoom', factor: [0.85, 1.18] },
    { type: 'stretch', aspect: [0.9, 1.11] },
    { type: 'shift', across: 0.1, down: 0.1 },
    { type: 'brightness', factor: [0.7, 1.3] },
    { type: 'contrast', factor: [0.7, 1.3] },
    { type: 'hue', shift: 0.5 },
    { type: 'saturation', factor: [0, 1.5] },
  ],
  /** For digits and letters, which must not be mirrored: small turns, moves, sizes and slants. */
  digits: [
    { type: 'rotate', degrees: 10 },
    { type: 'shear', across: 8 },
    { type: 'zoom', factor: [0.9, 1.1] },
    { type: 'shift', across: 0.07, down: 0.07 },
  ],
  /** For small photographs: moved by up to 4 pixels and mirrored (He et al., 2015, section 4.2). */
  small: [{ type: 'flip' }, { type: 'crop', padding: 4 }],
  /** For photographs: a part of the picture, mirrored, in changed colours. */
  photo: [
    { type: 'flip' },
    { type: 'resizedCrop' },
    { type: 'brightness', factor: [0.6, 1.4] },
    { type: 'contrast', factor: [0.6, 1.4] },
    { type: 'saturation', factor: [0.6, 1.4] },
  ],
  flip: [{ type: 'flip' }],
  randAugment: [{ type: 'flip' }, { type: 'randAugment' }],
  trivialAugment: [{ type: 'flip' }, { type: 'trivialAugment' }],
  mixUp: [{ type: 'mixUp' }],
  cutMix: [{ type: 'cutMix' }],
} as const satisfies Readonly<Record<string, Policy>>

export type PolicyName = keyof typeof policies
