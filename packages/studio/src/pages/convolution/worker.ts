import { bytePicture, pngOf } from '../../engine/byte-picture.ts'
import { convolve, explain } from './convolve.ts'

export const api = { bytePicture, convolve, explain, pngOf }
