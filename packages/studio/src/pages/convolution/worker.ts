import { greyPicture, pngOf } from '../../engine/grey-picture.ts'
import { convolve, explain } from './convolve.ts'

export const api = { convolve, explain, greyPicture, pngOf }
