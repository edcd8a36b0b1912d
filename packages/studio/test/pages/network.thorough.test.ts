import { afterAll, describe, expect, it } from 'vitest'
import { program } from '../../src/pages/network/program.ts'
import { Session } from '../../src/pages/network/session.ts'
import { settings } from './network-settings.ts'
import { printed } from './run-program.ts'

const session = new Session()
afterAll(() => session.dispose())

describe('a training on the page', () => {
  it('comes to the same as its program, with a weight set by hand', async () => {
    const edits = [[2, 1, 2, 1, 1.5]]
    const { scores } = await session.show({ settings, steps: 6, edits, example: 0 })
    expect(await printed(program(settings, 6, edits))).toContain(String(scores.validationLoss))
  })
})
