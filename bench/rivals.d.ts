/**
 * The rivals are installed beside the benchmarks, not with the project. So that what the benchmarks ask of Gentle is checked all the same, what the rivals export may be
 * anything here; the files that consist of little but a rival's calls are left out in tsconfig.json.
 */
declare module '@tensorflow/tfjs'

declare module 'onnxruntime-node' {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  type Anything = any
  export const InferenceSession: Anything
  export type InferenceSession = Anything
  export const Tensor: Anything
  export type Tensor = Anything
}
