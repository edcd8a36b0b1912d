/** Chapter 16: published accuracy on ImageNet against the work for one image. */
import { summarize } from 'gentle-dl/inspect'
import { networks } from 'gentle-dl/models'
import { plotScatter } from 'gentle-dl-plot'
import { blue, green, orange, plum, red } from './svg.ts'

/** By the names that the table of networks has, in the order of families. */
const shown: readonly (readonly [network: string, name: string, colour: string])[] = [
  ['alexnet', 'AlexNet', red],
  ['vgg11', 'VGG11', orange],
  ['vgg13', 'VGG13', orange],
  ['vgg16', 'VGG16', orange],
  ['vgg19', 'VGG19', orange],
  ['googlenet', 'GoogLeNet', green],
  ['resnet18', 'ResNet-18', blue],
  ['resnet34', 'ResNet-34', blue],
  ['resnet50', 'ResNet-50', blue],
  ['resnet101', 'ResNet-101', blue],
  ['resnet152', 'ResNet-152', blue],
  ['mobilenet_v2', 'MobileNetV2', plum],
]

export const accuracy = (): string =>
  plotScatter([
    {
      title: 'Accuracy on ImageNet against work',
      subtitle: 'Areas stand for parameters, of VGG19 144 million.',
      x: { label: 'multiply-adds of one image', scale: 'logarithmic' },
      y: {
        label: 'Right class first, of validation images',
        scale: 'linear',
        format: (share) => `${Math.round(100 * share)} %`,
      },
      colour: blue,
      marks: shown.map(([network, label, colour]) => {
        const { build, inputShape, top1 } = networks[network]
        const { macs, parameters } = summarize(build({}), inputShape)
        return { label, colour, x: macs, y: top1!.value / 100, area: parameters }
      }),
      notes: ['Accuracies: torchvision, first published weights.'],
    },
  ])
