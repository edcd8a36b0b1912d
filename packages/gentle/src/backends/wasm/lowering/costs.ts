/** Cycles that methods take, roughly, by which the fastest is chosen. Measured on the layers of LeNet-5, ResNet-20 and ResNet-50. */

/** Vector instructions of transforms in a processor's cycle, bytes of filters from beyond the second-level cache, multiply-adds. */
export const perCycle = { instructions: 1.5, bytes: 8, multiplyAdds: 8 }

/** How many times as fast arithmetic is where the engine joins vectors. */
export const gain = (wide: boolean): number => (wide ? 1.8 : 1)

/** The direct method, for this many multiply-adds. */
export const directCycles = (multiplyAdds: number, wide = false): number =>
  multiplyAdds / perCycle.multiplyAdds / gain(wide)
