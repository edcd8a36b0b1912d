/** The networks by name, with what was published of them. */
import type { Shape } from '../core/shape.ts'
import type { Layer } from '../nn/layer.ts'
import { alexnet, alexnetOriginal } from './alexnet.ts'
import { googlenet } from './googlenet.ts'
import { lenet5 } from './lenet5.ts'
import { mlp } from './mlp.ts'
import { mobilenetV2 } from './mobilenet.ts'
import { perceptron } from './perceptron.ts'
import { resnet18, resnet34, resnet50, resnet101, resnet152 } from './resnet.ts'
import { plain20, plain32, plain44, plain56, resnet14, resnet20, resnet32, resnet44, resnet56 } from './resnet-cifar.ts'
import { fcn, unet } from './segmenters.ts'
import { vgg11, vgg13, vgg16, vgg19 } from './vgg.ts'

export interface NetworkEntry {
  build(options: { readonly classes?: number }): Layer
  /** Of one example, as published. */
  readonly inputShape: Shape
  /** Of publication. */
  readonly year: number
  readonly paper: string
  /** Share of ImageNet's validation images whose class is the first guess, in percent. */
  readonly top1?: { readonly value: number; readonly source: string }
}

const imagenet: Shape = [3, 224, 224]
const cifar: Shape = [3, 32, 32]
const digits: Shape = [1, 28, 28]

const torchvision = 'torchvision, weights IMAGENET1K_V1, one centre crop of 224 x 224'
const top1 = (value: number): NetworkEntry['top1'] => ({ value, source: torchvision })

const oneWeirdTrick = {
  inputShape: imagenet,
  year: 2014,
  paper: 'Krizhevsky, One weird trick for parallelizing convolutional neural networks',
}
const veryDeep = {
  inputShape: imagenet,
  year: 2014,
  paper: 'Simonyan, Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition',
}
const deepResidual = {
  year: 2015,
  paper: 'He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition',
}

/** Names are torchvision's where the network is. */
export const networks: Readonly<Record<string, NetworkEntry>> = {
  perceptron: {
    build: perceptron,
    inputShape: digits,
    year: 1958,
    paper: 'Rosenblatt, The Perceptron: A Probabilistic Model for Information Storage and Organization in the Brain',
  },
  mlp: {
    build: mlp,
    inputShape: digits,
    year: 1986,
    paper: 'Rumelhart, Hinton, Williams, Learning representations by back-propagating errors',
  },
  lenet5: {
    build: lenet5,
    inputShape: digits,
    year: 1998,
    paper: 'LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition',
  },
  alexnet: { build: alexnet, ...oneWeirdTrick, top1: top1(56.522) },
  alexnet_original: {
    build: alexnetOriginal,
    inputShape: [3, 227, 227],
    year: 2012,
    paper: 'Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep Convolutional Neural Networks',
    top1: { value: 59.3, source: 'the paper, table 2: 1 CNN, validation, mean of ten crops' },
  },
  vgg11: { build: vgg11, ...veryDeep, top1: top1(69.02) },
  vgg11_bn: { build: (options) => vgg11({ ...options, norm: true }), ...veryDeep, top1: top1(70.37) },
  vgg13: { build: vgg13, ...veryDeep, top1: top1(69.928) },
  vgg13_bn: { build: (options) => vgg13({ ...options, norm: true }), ...veryDeep, top1: top1(71.586) },
  vgg16: { build: vgg16, ...veryDeep, top1: top1(71.592) },
  vgg16_bn: { build: (options) => vgg16({ ...options, norm: true }), ...veryDeep, top1: top1(73.36) },
  vgg19: { build: vgg19, ...veryDeep, top1: top1(72.376) },
  vgg19_bn: { build: (options) => vgg19({ ...options, norm: true }), ...veryDeep, top1: top1(74.218) },
  googlenet: {
    build: googlenet,
    inputShape: imagenet,
    year: 2014,
    paper: 'Szegedy et al., Going Deeper with Convolutions',
    top1: top1(69.778),
  },
  resnet18: { build: resnet18, inputShape: imagenet, ...deepResidual, top1: top1(69.758) },
  resnet34: { build: resnet34, inputShape: imagenet, ...deepResidual, top1: top1(73.314) },
  resnet50: { build: resnet50, inputShape: imagenet, ...deepResidual, top1: top1(76.13) },
  resnet101: { build: resnet101, inputShape: imagenet, ...deepResidual, top1: top1(77.374) },
  resnet152: { build: resnet152, inputShape: imagenet, ...deepResidual, top1: top1(78.312) },
  resnet14: { build: resnet14, inputShape: [3, 96, 96], ...deepResidual },
  resnet20: { build: resnet20, inputShape: cifar, ...deepResidual },
  resnet32: { build: resnet32, inputShape: cifar, ...deepResidual },
  resnet44: { build: resnet44, inputShape: cifar, ...deepResidual },
  resnet56: { build: resnet56, inputShape: cifar, ...deepResidual },
  plain20: { build: plain20, inputShape: cifar, ...deepResidual },
  plain32: { build: plain32, inputShape: cifar, ...deepResidual },
  plain44: { build: plain44, inputShape: cifar, ...deepResidual },
  plain56: { build: plain56, inputShape: cifar, ...deepResidual },
  mobilenet_v2: {
    build: mobilenetV2,
    inputShape: imagenet,
    year: 2018,
    paper: 'Sandler, Howard, Zhu, Zhmoginov, Chen, MobileNetV2: Inverted Residuals and Linear Bottlenecks',
    top1: top1(71.878),
  },
}

/** Networks that tell the class of every pixel, [N, C, H, W] to [N, classes, H, W]. */
export const segmenters: Readonly<Record<string, NetworkEntry>> = {
  unet: {
    build: unet,
    inputShape: [1, 64, 64],
    year: 2015,
    paper: 'Ronneberger, Fischer, Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation',
  },
  fcn: {
    build: fcn,
    inputShape: [1, 64, 64],
    year: 2015,
    paper: 'Long, Shelhamer, Darrell, Fully Convolutional Networks for Semantic Segmentation',
  },
}
