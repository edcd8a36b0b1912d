/** Chapter 13: where networks have their parameters and where their work is. */
import type { Layer } from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import { alexnet, googlenet, resnet18, resnet50, vgg16 } from 'gentle-dl/models'
import { type Block, heading, legend, stacked } from 'gentle-dl-plot'
import { blue, muted, plum, short, text, heading as titleOf } from './svg.ts'

const [row, bar, left, width] = [30, 18, 108, 290]

export function shares(): string {
  const networks: readonly (readonly [string, Layer])[] = [
    ['AlexNet', alexnet()],
    ['VGG16', vgg16()],
    ['GoogLeNet', googlenet()],
    ['ResNet-18', resnet18()],
    ['ResNet-50', resnet50()],
  ]
  const costs = networks.map(([name, network]) => ({ name, summary: summarize(network, [3, 224, 224]) }))
  const panelOf = (key: 'parameters' | 'macs'): Block => ({
    height: 26 + row * costs.length + 10,
    draw(top) {
      const max = Math.max(...costs.map(({ summary }) => summary[key]))
      const bars = costs.map(({ name, summary }, at) => {
        const dense = summary.layers.reduce((sum, layer) => sum + (layer.type === 'linear' ? layer[key] : 0), 0)
        const [rest, all] = [summary[key] - dense, summary[key]].map((count) => (count / max) * width)
        const y = top + 26 + at * row
        const figure =
          key === 'macs' ? `${(summary.macs / 1e9).toFixed(1)} G` : `${(summary.parameters / 1e6).toFixed(1)} M`
        return (
          text(left - 10, y + 13, name, 'end') +
          `<rect x="${left}" y="${y}" width="${short(rest)}" height="${bar}" fill="${blue}"/>` +
          `<rect x="${short(left + rest)}" y="${y}" width="${short(all - rest)}" height="${bar}" fill="${plum}"/>` +
          text(left + all + 7, y + 13, figure, 'start', `font-size="12" fill="${muted}"`)
        )
      })
      return titleOf(16, top + 14, key === 'macs' ? 'Multiply-adds of one image' : 'Parameters') + bars.join('')
    },
  })
  return stacked([
    heading('Where networks have their parameters, and where their work is'),
    legend([
      { name: 'convolutions and norms', colour: blue, sample: 'area' },
      { name: 'dense layers', colour: plum, sample: 'area' },
    ]),
    panelOf('parameters'),
    panelOf('macs'),
  ])
}
