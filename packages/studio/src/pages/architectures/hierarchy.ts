/** A network's layers in the groups that their names tell: `layer1.0.conv1` stands in `layer1.0`, which stands in `layer1`. */
import type { NetworkGraph } from 'gentle-dl/inspect'

/** Layers, and groups of them, by the path that all of their names begin with; '' for the whole network. */
export interface Group {
  readonly path: string
  /** Groups, and layers by their places in the graph, in the order of the graph. */
  readonly children: readonly (Group | number)[]
}

/** The groups of a network; one that would hold a single layer or group is left out. Inputs that nothing reads are left out too. */
export function hierarchyOf({ nodes, edges }: NetworkGraph): Group {
  interface Open {
    readonly path: string
    readonly children: (Open | number)[]
  }
  const isRead = new Set(edges.map(([from]) => from))
  const root: Open = { path: '', children: [] }
  const groups = new Map<string, Open>([['', root]])
  const groupAt = (path: string): Open => {
    const known = groups.get(path)
    if (known !== undefined) return known
    const group: Open = { path, children: [] }
    groups.set(path, group)
    groupAt(parentOf(path)).children.push(group)
    return group
  }
  const named = nodes.flatMap(({ name, type }) => (type === 'input' ? [] : [parentOf(name)]))
  const withLayers = new Set(named.flatMap(pathsTo))
  for (const { id, name, type } of nodes) {
    if (type === 'input') {
      if (isRead.has(id)) root.children.push(id)
      continue
    }
    // What joins the branches of a block has the block's name.
    groupAt(withLayers.has(name) ? name : parentOf(name)).children.push(id)
  }
  const simplified = ({ path, children }: Open): Group | number => {
    const all = children.map((child) => (typeof child === 'number' ? child : simplified(child)))
    return all.length === 1 && path !== '' ? all[0] : { path, children: all }
  }
  return simplified(root) as Group
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')))

/** A path and those that it begins with. */
const pathsTo = (path: string): string[] => (path === '' ? [] : [...pathsTo(parentOf(path)), path])

/** All layers within a group. */
export const layersWithin = (group: Group | number): number[] =>
  typeof group === 'number' ? [group] : group.children.flatMap(layersWithin)

/** The paths of all groups within one. */
export const groupsWithin = ({ children }: Group): string[] =>
  children.flatMap((child) => (typeof child === 'number' ? [] : [child.path, ...groupsWithin(child)]))
