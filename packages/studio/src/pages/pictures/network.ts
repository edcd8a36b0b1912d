/** The network that learns everything from the pictures, and the one whose features are there already. */
import { BatchNorm, Conv2d, GlobalAvgPool2d, type Layer, Linear, ReLU, Sequential } from 'gentle-dl'

/** Three convolutions, each at half the size of the one before; the first batch norm learns how bright the pictures are. */
export const smallNetwork = (classes: number): Layer =>
  Sequential({
    norm: BatchNorm(),
    conv1: Conv2d(24, 3, { stride: 2, padding: 1, bias: false }),
    bn1: BatchNorm(),
    relu1: ReLU(),
    conv2: Conv2d(48, 3, { stride: 2, padding: 1, bias: false }),
    bn2: BatchNorm(),
    relu2: ReLU(),
    conv3: Conv2d(96, 3, { stride: 2, padding: 1, bias: false }),
    bn3: BatchNorm(),
    relu3: ReLU(),
    pool: GlobalAvgPool2d(),
    fc: Linear(classes),
  })

/** A trunk and the mean of each of its maps: the features of a picture. */
export const featuresOf = (trunk: Layer): Layer => Sequential({ trunk, pool: GlobalAvgPool2d() })

/** What decides by features. */
export const head = (classes: number): Layer => Sequential({ fc: Linear(classes) })

/** Both together: a classifier of pictures. */
export const onTrunk = (trunk: Layer, classes: number): Layer =>
  Sequential({ trunk, pool: GlobalAvgPool2d(), fc: Linear(classes) })
