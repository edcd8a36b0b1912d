/** What changes the values of pixels and leaves them where they are. */
export { gaussianBlur } from './blur.ts'
export { hue, saturation } from './colour.ts'
export {
  cutoutBox,
  eraseRectangle,
  type RandomErasingOptions,
  randomErasingBox,
  randomErasingDefaults,
} from './erasing.ts'
export { grey } from './grey.ts'
export { autocontrast, equalize, posterize } from './levels.ts'
export { gaussianNoise } from './noise.ts'
export { sharpness } from './sharpness.ts'
export { brightness, contrast, gamma, invert, solarize } from './tone.ts'
