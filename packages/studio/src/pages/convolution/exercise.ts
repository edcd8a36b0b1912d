import type { Answer } from '../../parts/exercise.tsx'
import type { Convolved } from './convolve.ts'

/** Whether the result is the picture, moved to the right by one pixel. */
export function exerciseAnswer(convolved: Convolved | undefined): Answer {
  if (convolved === undefined) return { right: false, remark: 'There is no result yet.' }
  const { result, settings } = convolved
  const { image: picture } = convolved.picture
  if (result.height !== picture.height || result.width !== picture.width)
    return {
      right: false,
      remark: `The result has ${result.height} × ${result.width} pixels and the picture ${picture.height} × ${picture.width}: take the padding “same” and strides of 1.`,
    }
  const { height, width } = picture
  const isMoved = (by: number): boolean => {
    for (let row = 0; row < height; row++)
      for (let column = Math.max(0, by); column < Math.min(width, width + by); column++)
        if (result.data[row * width + column] !== picture.data[row * width + column - by]) return false
    return true
  }
  if (isMoved(1))
    return {
      right: true,
      remark:
        settings.operation === 'correlation'
          ? 'Each window takes the value on its left. In a convolution the 1 would be on the right of the kernel, which is turned by 180°.'
          : 'The kernel is turned by 180° before it slides, so each window takes the value on its left. In a correlation the 1 would be on the left.',
    }
  if (isMoved(0)) return { right: false, remark: 'The picture is where it was.' }
  if (isMoved(-1)) return { right: false, remark: 'That moves the picture to the left.' }
  return { right: false, remark: 'A single 1 and zeros are enough. Where does the 1 have to be?' }
}
