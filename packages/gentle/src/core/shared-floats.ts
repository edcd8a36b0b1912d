/** Memory for floating-point numbers that other threads can read where it is, where the engine has such, and else memory of this thread alone. */
export const sharedFloats = (length: number): Float32Array =>
  typeof SharedArrayBuffer === 'undefined'
    ? new Float32Array(length)
    : new Float32Array(new SharedArrayBuffer(4 * length))
