/** How two files differ, as text. */
import { basename } from 'node:path'
import type { FileComparison, FileTensor } from 'gentle-dl/inspect'
import { bold, bytes, dim } from '../terminal/terminal.ts'
import { wrapped } from '../terminal/wrap.ts'
import { namedTable, sizes, tensorTable, totals } from './show-text.ts'

const figure = (n: number): string => (n === 0 ? '0' : n === Number.POSITIVE_INFINITY ? 'infinite' : n.toPrecision(3))

/** `a.pth`, or the whole path where both have that name. */
function shortNames([first, second]: readonly [string, string]): readonly [string, string] {
  return basename(first) === basename(second) ? [first, second] : [basename(first), basename(second)]
}

const of = ({ type, shape }: FileTensor): string => `${type} ${sizes(shape)}`

export function diffText(files: readonly [string, string], comparison: FileComparison, columns: number): string {
  const {
    files: contents,
    changes,
    onlyFirst,
    onlySecond,
    shapeMismatch,
    typeMismatch,
    different,
    equal,
    operators,
  } = comparison
  const [a, b] = shortNames(files)
  const section = (title: string, body: string): string[] => ['', bold(title), body]
  const pairs = (list: readonly (readonly [FileTensor, FileTensor])[]): string =>
    namedTable([['tensor', a, b], ...list.map(([one, two]) => [one.name, of(one), of(two)] as const)], columns)
  const notFinite = different.some((each) => each.notFinite > 0)
  const compared = equal + different.length
  return [
    ...contents.flatMap(({ format, bytes: size, tensors }, i) =>
      wrapped(`${'AB'[i]} ${files[i]}: ${format}, ${bytes(size)}, ${totals(tensors)}`, columns),
    ),
    ...(changes.length === 0 ? [] : [dim(`names of B were read ${changes.join(', ')}`)]),
    ...(operators.length === 0
      ? []
      : section(
          'layers and operators',
          namedTable([['name', 'A', 'B'], ...operators.map(({ name, counts }) => [name, ...counts] as const)], columns),
        )),
    ...(onlyFirst.length === 0 ? [] : section(`only in A, ${onlyFirst.length}`, tensorTable(onlyFirst, columns))),
    ...(onlySecond.length === 0 ? [] : section(`only in B, ${onlySecond.length}`, tensorTable(onlySecond, columns))),
    ...(shapeMismatch.length === 0 ? [] : section(`different shapes, ${shapeMismatch.length}`, pairs(shapeMismatch))),
    ...(typeMismatch.length === 0
      ? []
      : section(`different types, ${typeMismatch.length}, compared as float32`, pairs(typeMismatch))),
    ...(different.length === 0
      ? []
      : section(
          `different values, ${different.length}`,
          namedTable(
            [
              ['tensor', 'shape', 'largest', 'mean', 'relative', ...(notFinite ? ['NaN, inf'] : [])],
              ...different.map(
                (each) =>
                  [
                    each.name,
                    sizes(each.shape),
                    figure(each.largest),
                    figure(each.mean),
                    figure(each.relative),
                    ...(notFinite ? [each.notFinite] : []),
                  ] as const,
              ),
            ],
            columns,
          ),
        )),
    '',
    ...wrapped(
      compared === 0
        ? 'no tensor with the same name and shape is in both'
        : `${compared} in both with the same shape: ${equal} equal, ${different.length} with different values${different.length === 0 ? '' : ' (maximum and mean absolute difference; relative: the maximum divided by the largest value in A)'}`,
      columns,
    ),
  ].join('\n')
}
