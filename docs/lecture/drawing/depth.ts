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
  const both = [
    ['20 layers', blue],
    ['56 layers', orange],
  ] as const
  const panels: Block[] = []
  for (const [title, ...depths] of [
    ['Plain', plain20, plain56],
    ['With shortcuts', resnet20, resnet56],
  ] as const) {
    const lines = []
    for (const [i, [, colour]] of both.entries()) {
      const values = await losses(depths[i]())
      lines.push({ colour, points: values.map((loss, epoch) => ({ x: epoch + 1, values: [loss] })) })
    }
    panels.push(linePanel({ title, x: { label: 'epoch', whole: true }, y: lossAxis(2.5) }, lines))
  }
  return stacked([
    heading(`Training loss on ${images.toLocaleString('en-US')} digits`, 'Networks with and without shortcuts'),
    ...panels,
    legend(both.map(([name, colour]) => ({ name, colour }))),
  ])
}
