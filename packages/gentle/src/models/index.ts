/** The lecture's networks: those that classify, Deep Speech 2 and GNMT. */
export { type AlexNetOptions, alexnet, alexnetOriginal } from './alexnet.ts'
export type { SpeechConvolution } from './deep-speech/convolutions.ts'
export { type DeepSpeech, type DeepSpeechOptions, deepSpeech, onSpectrograms } from './deep-speech/deep-speech.ts'
export { type SpeechNetworkEntry, speechNetwork, speechNetworks } from './deep-speech/sizes.ts'
export { SpeechStream } from './deep-speech/stream.ts'
export { type GnmtOptions, gnmt } from './gnmt.ts'
export { type GoogLeNetOptions, googlenet } from './googlenet.ts'
export { type CountedTraining, type Growth, growth, lectureNetworks } from './growth.ts'
export { lenet5 } from './lenet5.ts'
export { type MlpOptions, mlp } from './mlp.ts'
export { type MobileNetOptions, mobilenetV2 } from './mobilenet.ts'
export { type NetworkEntry, networks } from './networks.ts'
export { perceptron, thresholdNeuron } from './perceptron.ts'
export {
  chooseNetwork,
  type NetworkChoice,
  type PictureFacts,
  type PictureRecipe,
  pictureRecipe,
  type RateWindow,
  rateWindow,
  smallSet,
} from './picture-recipe.ts'
export { buildNetwork, type Purpose, publishedSizes, type Recipe, recipeFor, takesPoints } from './recipes.ts'
export { type ResNetOptions, resnet18, resnet34, resnet50, resnet101, resnet152 } from './resnet.ts'
export {
  plain20,
  plain32,
  plain44,
  plain56,
  resnet14,
  resnet20,
  resnet32,
  resnet44,
  resnet56,
  type SmallResNetOptions,
} from './resnet-cifar.ts'
export { trunk } from './trunk.ts'
export { type VggOptions, vgg11, vgg13, vgg16, vgg19 } from './vgg.ts'
