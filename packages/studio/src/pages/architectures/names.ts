/** The networks that can be looked at, by their names in the address. */

export const titles = {
  perceptron: 'Perceptron (1958)',
  mlp: 'MLP (1986)',
  lenet5: 'LeNet-5 (1998)',
  alexnet_original: 'AlexNet (2012)',
  alexnet: 'AlexNet, one tower (2014)',
  vgg11: 'VGG11 (2014)',
  vgg16: 'VGG16 (2014)',
  vgg19: 'VGG19 (2014)',
  googlenet: 'GoogLeNet (2014)',
  resnet18: 'ResNet-18 (2015)',
  resnet34: 'ResNet-34 (2015)',
  resnet50: 'ResNet-50 (2015)',
  resnet101: 'ResNet-101 (2015)',
  resnet152: 'ResNet-152 (2015)',
  resnet20: 'ResNet-20, small (2015)',
  plain20: 'Plain-20 (2015)',
  mobilenet_v2: 'MobileNetV2 (2018)',
  deepspeech: 'Deep Speech 2, small',
  deepspeech_large: 'Deep Speech 2 (2015)',
  gnmt: 'GNMT (2016)',
} as const

export type NetworkName = keyof typeof titles

/** What a file that somebody gives is called: the first and the second. */
const givenTitles = { given: 'Your file', other: 'Your second file' } as const

export type GivenName = keyof typeof givenTitles

/** What is looked at: a network of the library, the one that is built on the page, or that of a file that somebody gave. */
export type Shown = NetworkName | 'own' | GivenName

export const isGiven = (shown: string): shown is GivenName => Object.hasOwn(givenTitles, shown)

export const shownTitles: Readonly<Record<Shown, string>> = {
  own: 'Your own, built here',
  ...givenTitles,
  ...titles,
}

/** What the other side can be. */
export const besideTitles = { none: 'nothing', ...shownTitles } as const

export type Beside = keyof typeof besideTitles
