import { expose } from 'comlink'
import { greyPicture, pngOf } from '../../engine/grey-picture.ts'
import { convolve, explain } from './convolve.ts'

const api = { convolve, explain, greyPicture, pngOf }

export type ConvolutionWorker = typeof api

expose(api)
