/** Chapter 16: published accuracy on ImageNet against the work for one image. */
import { summarize } from 'gentle-dl/inspect'
import { networks } from 'gentle-dl/models'
import { axes } from './axes.ts'
import { blue, green, heading, muted, orange, red, short, svg, text, violet } from './svg.ts'

interface Bubble {
  /** As the table of networks has it. */
  readonly network: string
  readonly name: string
  readonly colour: string
  /** Where the name stands. */
  readonly side: 'left' | 'right' | 'below'
}

const shown: readonly Bubble[] = [
  { network: 'alexnet', name: 'AlexNet', colour: red, side: 'right' },
  { network: 'vgg11', name: 'VGG11', colour: orange, side: 'below' },
  { network: 'vgg13', name: 'VGG13', colour: orange, side: 'below' },
  { network: 'vgg16', name: 'VGG16', colour: orange, side: 'below' },
  { network: 'vgg19', name: 'VGG19', colour: orange, side: 'right' },
  { network: 'googlenet', name: 'GoogLeNet', colour: green, side: 'left' },
  { network: 'resnet18', name: 'ResNet-18', colour: blue, side: 'right' },
  { network: 'resnet34', name: 'ResNet-34', colour: blue, side: 'left' },
  { network: 'resnet50', name: 'ResNet-50', colour: blue, side: 'left' },
  { network: 'resnet101', name: 'ResNet-101', colour: blue, side: 'below' },
  { network: 'resnet152', name: 'ResNet-152', colour: blue, side: 'right' },
  { network: 'mobilenet_v2', name: 'MobileNetV2', colour: violet, side: 'left' },
]

/** Radius in pixels whose area stands for a number of parameters. */
const radius = (parameters: number): number => Math.sqrt(parameters / 138e6) * 26

export function accuracy(): string {
  const { x, y, drawn } = axes(
    {
      from: 0.12,
      to: 32,
      logarithmic: true,
      ticks: [0.2, 0.5, 1, 2, 5, 10, 20],
      label: 'multiply-adds of one image, in 10⁹',
    },
    { from: 54, to: 81, ticks: [55, 60, 65, 70, 75, 80], label: 'right class first, % of validation images' },
    { left: 60, right: 640, top: 84, bottom: 400 },
  )
  const bubbles = shown.map(({ network, name, colour, side }) => {
    const { build, inputShape, top1 } = networks[network]
    const { macs, parameters } = summarize(build({}), inputShape)
    const [cx, cy, r] = [x(macs / 1e9), y(top1!.value), radius(parameters)]
    const look = `font-size="12" fill="${colour}"`
    const label = {
      left: () => text(cx - r - 6, cy + 4, name, 'end', look),
      right: () => text(cx + r + 6, cy + 4, name, 'start', look),
      below: () => text(cx + 8, cy + r + 14, name, 'middle', look),
    }[side]()
    const bubble = `<circle cx="${short(cx)}" cy="${short(cy)}" r="${short(r)}" fill="${colour}" fill-opacity="0.28" stroke="${colour}"/>`
    return bubble + label
  })
  const key = [5e6, 50e6, 138e6].map((parameters, i) => {
    const cx = 470 + i * 62
    return (
      `<circle cx="${cx}" cy="352" r="${short(radius(parameters))}" fill="none" stroke="${muted}"/>` +
      text(cx, 394, `${parameters / 1e6} M`, 'middle', `font-size="11" fill="${muted}"`)
    )
  })
  return svg(
    690,
    450,
    [
      heading(20, 28, 'accuracy on ImageNet against work'),
      text(
        20,
        48,
        'areas: parameters; accuracies: torchvision, first published weights',
        'start',
        `font-size="12" fill="${muted}"`,
      ),
      drawn,
      ...bubbles,
      ...key,
    ].join(''),
  )
}
