/** Names of another program's layers as paths, whose groups unfold. */
import type { NetworkGraph } from 'gentle-dl/inspect'

/**
 * `/layer1/layer1.0/conv1/Conv`, as PyTorch names the nodes of ONNX, is the path `layer1.0.conv1.Conv`. Letters that paths do not have, for they stand in addresses,
 * become `_`.
 */
export function pathOf(name: string): string {
  const parts: string[] = []
  let before = ''
  for (const part of name.split('/')) {
    // A module is named after those around it.
    parts.push(before !== '' && part.startsWith(`${before}.`) ? part.slice(before.length + 1) : part)
    if (part !== '') before = part
  }
  return parts
    .join('.')
    .replace(/[^\w.-]/g, '_')
    .split('.')
    .filter((part) => part !== '')
    .join('.')
    .slice(-190)
    .replace(/^\.+/, '')
}

export const withPaths = ({ nodes, edges }: NetworkGraph): NetworkGraph => ({
  nodes: nodes.map((node) => ({ ...node, name: pathOf(node.name) })),
  edges,
})
