const side = 28

/** A picture of 28 x 28 moved by whole pixels, or one after another of several; what comes in is black. */
export function shifted(pictures: Float32Array, right: number, down: number): Float32Array {
  const moved = new Float32Array(pictures.length)
  for (let start = 0; start < pictures.length; start += side * side)
    for (let row = Math.max(0, down); row < Math.min(side, side + down); row++)
      for (let column = Math.max(0, right); column < Math.min(side, side + right); column++)
        moved[start + row * side + column] = pictures[start + (row - down) * side + column - right]
  return moved
}
