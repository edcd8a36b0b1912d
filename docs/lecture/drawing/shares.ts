/** Chapter 13: where networks have their parameters and where their work is. */
import type { Layer } from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import { alexnet, googlenet, resnet18, resnet50, vgg16 } from 'gentle-dl/models'
import { blue, heading, muted, short, svg, text, violet } from './svg.ts'

const [top, row, bar, left, width, gap] = [78, 34, 20, 92, 220, 84]

export function shares(): string {
  const networks: readonly (readonly [string, Layer])[] = [
    ['AlexNet', alexnet()],
    ['VGG16', vgg16()],
    ['GoogLeNet', googlenet()],
    ['ResNet-18', resnet18()],
    ['ResNet-50', resnet50()],
  ]
  const costs = networks.map(([name, network]) => ({ name, summary: summarize(network, [3, 224, 224]) }))
  const panels = (['parameters', 'macs'] as const).map((key, i) => {
    const start = left + i * (width + gap)
    const most = Math.max(...costs.map(({ summary }) => summary[key]))
    const bars = costs.map(({ summary }, at) => {
      const dense = summary.layers.reduce((sum, layer) => sum + (layer.type === 'linear' ? layer[key] : 0), 0)
      const [rest, all] = [summary[key] - dense, summary[key]].map((count) => (count / most) * width)
      const y = top + at * row
      const figure =
        key === 'macs' ? `${(summary.macs / 1e9).toFixed(1)} G` : `${(summary.parameters / 1e6).toFixed(1)} M`
      return (
        `<rect x="${start}" y="${y}" width="${short(rest)}" height="${bar}" fill="${blue}"/>` +
        `<rect x="${short(start + rest)}" y="${y}" width="${short(all - rest)}" height="${bar}" fill="${violet}" fill-opacity="0.55"/>` +
        text(start + all + 7, y + 15, figure, 'start', `font-size="12" fill="${muted}"`)
      )
    })
    return heading(start, top - 14, key === 'macs' ? 'multiply-adds of one image' : 'parameters') + bars.join('')
  })
  const names = costs.map(({ name }, at) => text(left - 10, top + at * row + 15, name, 'end'))
  const key = [
    `<rect x="${left}" y="20" width="14" height="12" fill="${blue}"/>`,
    text(left + 20, 31, 'convolutions (and norms)'),
    `<rect x="${left + 200}" y="20" width="14" height="12" fill="${violet}" fill-opacity="0.55"/>`,
    text(left + 220, 31, 'dense layers'),
  ]
  return svg(left + 2 * width + gap + 70, top + 5 * row + 6, [...key, ...names, ...panels].join(''))
}
