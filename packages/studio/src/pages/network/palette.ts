/** The theme's colours as pixels. */
import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { theme } from '../../app/preferences.ts'
import { maxClasses } from './settings.ts'
import { mapSide, type Snapshot } from './training.ts'

type Colour = readonly [red: number, green: number, blue: number]

export interface Palette {
  /** Of −1 to 1 in 256 steps, as pixels. */
  readonly signed: Uint32Array
  /** Of each class, unsure to sure in 256 steps. */
  readonly classes: readonly Uint32Array[]
}

const pixel = (from: Colour, to: Colour, share: number): number => {
  const [red, green, blue] = from.map((each, i) => Math.round(each + share * (to[i] - each)))
  return (255 << 24) | (blue << 16) | (green << 8) | red
}

function read(): Palette {
  const style = getComputedStyle(document.documentElement)
  // A canvas writes every colour as #rrggbb; a built stylesheet holds '#fff' as well.
  const context = document.createElement('canvas').getContext('2d')!
  const colour = (name: string): Colour => {
    context.fillStyle = style.getPropertyValue(name)
    const value = Number.parseInt(context.fillStyle.slice(1), 16)
    return [value >> 16, (value >> 8) & 255, value & 255]
  }
  const paper = colour('--paper')
  const [positive, negative] = [colour('--colour-0'), colour('--colour-1')]
  return {
    signed: Uint32Array.from({ length: 256 }, (_, i) =>
      pixel(paper, i < 128 ? negative : positive, Math.min(1, Math.abs(i - 128) / 127)),
    ),
    classes: Array.from({ length: maxClasses }, (_, label) =>
      Uint32Array.from({ length: 256 }, (_, i) => pixel(paper, colour(`--colour-${label}`), (0.7 * i) / 255)),
    ),
  }
}

/** The palette of the theme that is shown. */
export function usePalette(): Palette {
  const system = useSignal(0)
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const changed = (): void => {
      system.value++
    }
    dark.addEventListener('change', changed)
    return () => dark.removeEventListener('change', changed)
  }, [])
  return useComputed(() => {
    void theme.value
    void system.value
    return read()
  }).value
}

/** Draws a map of bytes onto a canvas of as many pixels. */
export function paint(canvas: HTMLCanvasElement, colourOf: (pixel: number) => number): void {
  const context = canvas.getContext('2d')!
  const image = context.createImageData(mapSide, mapSide)
  const pixels = new Uint32Array(image.data.buffer)
  for (let i = 0; i < pixels.length; i++) pixels[i] = colourOf(i)
  context.putImageData(image, 0, 0)
}

/** The colours of the answer. */
export const colourOfAnswer =
  ({ what, sure }: Snapshot['answer'], { signed, classes }: Palette) =>
  (i: number): number =>
    sure.length === 0 ? signed[what[i]] : classes[what[i]][sure[i]]
