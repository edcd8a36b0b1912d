/** Chapter 15: a plain block, ResNet's block and its bottleneck. */
import { around, arrow, arrowHead, type Block, drawBlock } from './blocks.ts'
import { heading, muted, svg, text } from './svg.ts'

const width = 124

/** Blocks below each other, joined by arrows; a shortcut, where there is one, goes from the first to the sum. */
function chain(x: number, title: string, subtitle: string, blocks: Omit<Block, 'x' | 'y' | 'width'>[]): string {
  let y = 80
  const placed: Block[] = blocks.map((block, i) => {
    if (i > 0) y += [block.kind, blocks[i - 1].kind].some((kind) => kind === 'join' || kind === 'plain') ? 58 : 66
    return { ...block, x, y, width: block.kind === 'join' ? 44 : width }
  })
  const joined = placed.slice(1).map((block, i) => arrow(placed[i], block))
  const sum = placed.find(({ kind }) => kind === 'join')
  const shortcut =
    sum === undefined
      ? ''
      : around(placed[0], sum, x + width / 2 + 12) +
        text(x + width / 2 + 16, (placed[0].y + sum.y) / 2, 'x', 'start', 'font-style="italic"')
  const left = x - width / 2
  return (
    heading(left, 26, title) +
    text(left, 43, subtitle, 'start', `font-size="11" fill="${muted}"`) +
    joined.join('') +
    shortcut +
    placed.map(drawBlock).join('')
  )
}

const convolution = (size: number, channels: number, relu = true): Omit<Block, 'x' | 'y' | 'width'> => ({
  kind: 'convolution',
  label: `${size} x ${size}, ${channels}`,
  detail: relu ? 'batch norm, ReLU' : 'batch norm',
})
const plain = (label: string): Omit<Block, 'x' | 'y' | 'width'> => ({ kind: 'plain', label })
const sum: Omit<Block, 'x' | 'y' | 'width'> = { kind: 'join', label: '+' }

export function residualBlocks(): string {
  const panels = [
    chain(78, 'plain', 'y = F(x)', [plain('x, 64 channels'), convolution(3, 64), convolution(3, 64)]),
    chain(226, 'residual', 'ResNet-18 and -34', [
      plain('x, 64 channels'),
      convolution(3, 64),
      convolution(3, 64, false),
      sum,
      plain('ReLU'),
    ]),
    chain(389, 'bottleneck', 'ResNet-50 and larger', [
      plain('x, 256 channels'),
      convolution(1, 64),
      convolution(3, 64),
      convolution(1, 256, false),
      sum,
      plain('ReLU'),
    ]),
  ]
  return svg(480, 412, arrowHead + panels.join(''))
}
