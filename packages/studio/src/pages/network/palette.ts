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
  // The theme's colours depend on the scheme; an element that wears one has it as the browser shows it, rgb(...).
  const wearer = document.body.appendChild(document.createElement('i'))
  const colour = (name: string): Colour => {
    wearer.style.color = `var(${name})`
    const [red, green, blue] = getComputedStyle(wearer).color.match(/\d+/g)!.map(Number)
    return [red, green, blue]
  }
  const paper = colour('--paper')
  const [positive, negative] = [colour('--colour-0'), colour('--colour-1')]
  const palette = {
    signed: Uint32Array.from({ length: 256 }, (_, i) =>
      pixel(paper, i < 128 ? negative : positive, Math.min(1, Math.abs(i - 128) / 127)),
    ),
    classes: Array.from({ length: maxClasses }, (_, label) => {
      const own = colour(`--colour-${label}`)
      return Uint32Array.from({ length: 256 }, (_, i) => pixel(paper, own, (0.7 * i) / 255))
    }),
  }
  wearer.remove()
  return palette
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
