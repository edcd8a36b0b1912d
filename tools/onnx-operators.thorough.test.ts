import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { operatorTable, tableFile } from './onnx-operators.ts'

it('the table of ONNX operators in the docs is up to date (node tools/onnx-operators.ts)', () => {
  expect(readFileSync(tableFile, 'utf8')).toBe(operatorTable())
})
