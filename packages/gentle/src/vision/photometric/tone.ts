/**
 * How light and dark a picture is. All change, in place, the pixels of one picture [channels, height, width] in [0, 1] of 1 or 3 channels, as
 * torchvision's functional does for tensors of floating point, and allocate nothing. Strengths are not checked here; policies check them.
 */
import * as portableMath from '../../core/portable-math.ts'
import { greyAt } from './grey.ts'

/** From `other` at 0 over the picture itself at 1 to beyond it, clipped. */
function blendWith(pixels: Float32Array, other: number, factor: number): void {
  const share = (1 - factor) * other
  for (let i = 0; i < pixels.length; i++) {
    const value = factor * pixels[i] + share
    pixels[i] = value < 0 ? 0 : value > 1 ? 1 : value
  }
}

/** Multiplies all values: black at 0, the picture itself at 1. */
export function brightness(
  pixels: Float32Array,
  _channels: number,
  _height: number,
  _width: number,
  factor: number,
): void {
  blendWith(pixels, 0, factor)
}

/** Multiplies distances from the mean of the grey picture: even grey at 0, the picture itself at 1. */
export function contrast(pixels: Float32Array, channels: number, height: number, width: number, factor: number): void {
  const size = height * width
  let total = 0
  if (channels === 3) for (let i = 0; i < size; i++) total += greyAt(pixels, i, size)
  else for (let i = 0; i < size; i++) total += pixels[i]
  blendWith(pixels, total / size, factor)
}

/** gain · p ^ exponent: an exponent above 1 makes shadows darker, one below 1 lighter. */
export function gamma(
  pixels: Float32Array,
  _channels: number,
  _height: number,
  _width: number,
  exponent: number,
  gain = 1,
): void {
  for (let i = 0; i < pixels.length; i++) {
    const value = gain * portableMath.pow(pixels[i], exponent)
    pixels[i] = value > 1 ? 1 : value
  }
}

/** 1 - p. */
export function invert(pixels: Float32Array, _channels: number, _height: number, _width: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = 1 - pixels[i]
}

/** Inverts what is at least the threshold: everything at 0. */
export function solarize(
  pixels: Float32Array,
  _channels: number,
  _height: number,
  _width: number,
  threshold: number,
): void {
  // So that a pixel of 0.7 reaches a threshold of 0.7.
  const limit = Math.fround(threshold)
  for (let i = 0; i < pixels.length; i++) if (pixels[i] >= limit) pixels[i] = 1 - pixels[i]
}
