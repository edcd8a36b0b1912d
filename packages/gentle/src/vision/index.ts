/** Pictures: the public entry `gentle-dl/vision`. */
export { type Image, image, toGrey } from './image.ts'
