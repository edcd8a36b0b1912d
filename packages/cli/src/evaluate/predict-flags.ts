/** What `gentle predict` is asked for. */

export interface PredictFlags {
  readonly weights?: string
  readonly weightsKey?: string
  readonly size?: readonly string[]
  readonly input?: string
  readonly data?: string
  readonly split?: string
  readonly logits?: boolean
  readonly normalize?: string
  readonly labels?: string
  readonly invert?: boolean
  readonly views?: number
  readonly augment?: string
  readonly top: number
  readonly out?: string
  readonly scoreThreshold?: number
  readonly flip?: boolean
  readonly json?: boolean
}
