/** Tensors nested in records and lists, as a user likes to group them. */
import { ArgumentError } from '../core/errors.ts'
import { Tensor } from './tensor.ts'

/** What has the form of `T`, leaves in records and lists nested to any depth, with other leaves. */
export type MapTree<T, From, To> = T extends From
  ? To
  : T extends object
    ? { readonly [K in keyof T]: MapTree<T[K], From, To> }
    : never

type Branches = readonly unknown[] | Readonly<Record<string, unknown>>

const isBranches = (tree: unknown): tree is Branches => typeof tree === 'object' && tree !== null

export const isTensor = (tree: unknown): tree is Tensor => tree instanceof Tensor

const pathTo = (where: string, tree: Branches, name: string): string =>
  Array.isArray(tree) ? `${where}[${name}]` : `${where}.${name}`

const shown = (value: unknown): string => (value === undefined ? 'undefined' : JSON.stringify(value))

/**
 * The leaves of a tree, in the order in which it was written.
 * @throws ArgumentError naming the place of anything that is neither leaf, record nor list.
 */
export function leavesOf<Leaf>(
  tree: unknown,
  isLeaf: (tree: unknown) => tree is Leaf,
  where: string,
  what: string,
): Leaf[] {
  if (isLeaf(tree)) return [tree]
  if (!isBranches(tree))
    throw new ArgumentError(`${where} is ${shown(tree)}; expected ${what}, or records and lists of them`)
  return Object.entries(tree).flatMap(([name, branch]) => leavesOf(branch, isLeaf, pathTo(where, tree, name), what))
}

/**
 * The tensors of a tree.
 * @throws ArgumentError naming the place of anything that is neither tensor, record nor list.
 */
export const tensorsOf = (tree: unknown, where: string): Tensor[] => leavesOf(tree, isTensor, where, 'a tensor')

/**
 * The tensors of a tree that has the form of another, in the order of that one.
 * @throws ArgumentError naming the place where the two differ.
 */
export function tensorsLike(form: unknown, tree: unknown, where: string): Tensor[] {
  if (isTensor(form)) {
    if (isTensor(tree)) return [tree]
    throw new ArgumentError(`${where} is ${shown(tree)}; expected a tensor`)
  }
  const expected = Object.keys(form as Branches)
  const names = isBranches(tree) && !isTensor(tree) ? Object.keys(tree) : undefined
  if (names === undefined || names.length !== expected.length || expected.some((name) => !names.includes(name)))
    throw new ArgumentError(
      `${where} has ${names === undefined ? 'no parts' : `the parts ${names.join(', ') || 'none'}`}; expected ${expected.join(', ')}`,
    )
  return expected.flatMap((name) =>
    tensorsLike(
      (form as Record<string, unknown>)[name],
      (tree as Record<string, unknown>)[name],
      pathTo(where, form as Branches, name),
    ),
  )
}

/** A tree of the same form in which each leaf is made from the old one and its place among the leaves. */
export function mapTree<T, From, To>(
  tree: T,
  isLeaf: (tree: unknown) => tree is From,
  map: (leaf: From, index: number) => To,
): MapTree<T, From, To> {
  let count = 0
  const walk = (branch: unknown): unknown => {
    if (isLeaf(branch)) return map(branch, count++)
    if (Array.isArray(branch)) return branch.map(walk)
    return Object.fromEntries(Object.entries(branch as Branches).map(([name, part]) => [name, walk(part)]))
  }
  return walk(tree) as MapTree<T, From, To>
}
