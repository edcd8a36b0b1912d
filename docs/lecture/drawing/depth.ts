/** Chapter 15: plain and residual networks of 20 and 56 layers learn the same digits; about two minutes on two cores. */
import { AvgPool2d, fit, type Layer, linearDecay, Sequential, sgd } from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'
import { plain20, plain56, resnet20, resnet56 } from 'gentle-dl/models'
import { type Block, heading, legend, linePanel, lossAxis, stacked } from 'gentle-dl-plot'
import { blue, orange } from './svg.ts'

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
  return chartOf({
    plain: [await losses(plain20()), await losses(plain56())],
    shortcuts: [await losses(resnet20()), await losses(resnet56())],
  })
}

/** The losses of each epoch, of 20 layers and of 56. */
type Pair = readonly [shallow: readonly number[], deep: readonly number[]]

const names = [
  { name: '20 layers', colour: blue },
  { name: '56 layers', colour: orange },
]

export function chartOf({ plain, shortcuts }: Readonly<Record<'plain' | 'shortcuts', Pair>>): string {
  const panelOf = (title: string, pair: Pair): Block =>
    linePanel(
      { title, x: { label: 'epoch', whole: true }, y: lossAxis(2.5) },
      pair.map((values, i) => ({
        colour: names[i].colour,
        points: values.map((loss, epoch) => ({ x: epoch + 1, values: [loss] })),
      })),
    )
  return stacked([
    heading(`Training loss on ${images.toLocaleString('en-US')} digits`, 'Networks with and without shortcuts'),
    panelOf('Plain', plain),
    panelOf('With shortcuts', shortcuts),
    legend(names),
  ])
}
