import type { InitialValues, Layer } from '../packages/gentle/src/entries/index.ts'
import {
  buildNetwork,
  googlenet,
  lenet5,
  resnet18,
  resnet20,
  resnet50,
  vgg16,
} from '../packages/gentle/src/models/index.ts'
import type { Training } from './workload.ts'

/** Gentle's networks of workload.ts that train. */
export const networks: Readonly<Record<Training, () => Layer>> = {
  lenet5,
  resnet20: () => resnet20({ classes: 10 }),
  resnet18: () => resnet18({ classes: 10, stem: 'cifar' }),
  resnet50,
  vgg16,
}

/** One of torchvision's networks, as PyTorch has it here: GoogLeNet without auxiliary classifiers, which would give it three outputs. */
export const torchvisionLayer = (network: string, classes: number): Layer =>
  network === 'googlenet' ? googlenet({ classes, auxiliary: false }) : buildNetwork(network, { classes })

/** For networks that are looked at and not run. */
export const zeros: InitialValues = (_, shape) => new Float32Array(shape.reduce((size, length) => size * length, 1))
