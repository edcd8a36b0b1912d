/** Chapter 15: plain and residual networks of 20 and 56 layers learn the same digits; about two minutes on two cores. */
import { AvgPool2d, fit, type Layer, linearDecay, Sequential, sgd } from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'
import { plain20, plain56, resnet20, resnet56 } from 'gentle-dl/models'
import { axes } from './axes.ts'
import { blue, heading, orange, short, svg, text } from './svg.ts'

const [images, epochs] = [1600, 16]

export async function depth(): Promise<string> {
  const { train } = await mnist()
  const digits = subset(
    train,
    Array.from({ length: images }, (_, i) => i),
  )
  /** Training loss of each epoch, on digits of 14 x 14 pixels. */
  const losses = async (network: Layer): Promise<number[]> => {
    const { history } = await fit(Sequential(AvgPool2d(2), network), digits, {
      optimizer: sgd({ learningRate: linearDecay(0.1), momentum: 0.9, weightDecay: 1e-4 }),
      batchSize: 64,
      epochs,
      seed: 1,
    })
    return history.map((epoch) => epoch.train.loss)
  }
  const panels: string[] = []
  for (const [i, [title, shallow, deep]] of (
    [
      ['plain', plain20, plain56],
      ['residual', resnet20, resnet56],
    ] as const
  ).entries()) {
    const left = 60 + i * 330
    const { x, y, drawn } = axes(
      { from: 1, to: epochs, ticks: [1, 4, 8, 12, epochs], label: 'epoch' },
      { from: 0, to: 2.5, ticks: [0, 0.5, 1, 1.5, 2, 2.5], label: 'training loss' },
      { left, right: left + 230, top: 84, bottom: 284 },
    )
    panels.push(heading(left, 54, title), drawn)
    for (const [name, colour, network] of [
      ['20 layers', blue, shallow],
      ['56 layers', orange, deep],
    ] as const) {
      const values = await losses(network())
      const points = values.map((loss, epoch) => `${short(x(epoch + 1))},${short(y(Math.min(loss, 2.5)))}`)
      panels.push(
        `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`,
        text(
          left + 236,
          y(values.at(-1)!) + (colour === orange ? -2 : 6),
          name,
          'start',
          `font-size="12" fill="${colour}" font-weight="600"`,
        ),
      )
    }
  }
  const title = heading(20, 26, `${images} digits, learned by networks with and without shortcuts`)
  return svg(700, 330, [title, ...panels].join(''))
}
