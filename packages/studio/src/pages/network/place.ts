/** A neuron and one of its inputs: the layer from 1, the unit from 1, the input from 1, where 0 is the bias. */
export interface Place {
  readonly layer: number
  readonly unit: number
  readonly from: number
}
