/**
 * Models of TensorFlow.js and Keras, and weights of TensorFlow.js.
 * @module gentle-dl/tensorflow
 */
import '../formats/tensorflow/graph/layer.ts'
import '../formats/tensorflow/keras/layer.ts'

export * from '../formats/tensorflow/index.ts'
export { type LoadKerasOptions, loadKeras } from '../train/open-tensorflow.ts'
