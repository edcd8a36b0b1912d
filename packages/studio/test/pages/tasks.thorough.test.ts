import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { atScore } from '../../src/pages/tasks/at-score.ts'
import { program } from '../../src/pages/tasks/program.ts'
import { Session } from '../../src/pages/tasks/session.ts'
import { printed } from './run-program.ts'

const weights = fileURLToPath(new URL('../../src/pages/tasks/weights/', import.meta.url))

it('the program that is shown gives what the page says of all scenes, and the networks are as good as that says', async () => {
  const session = new Session((name) => readFile(`${weights}${name}.safetensors`))
  try {
    const thresholds = { score: 0.4, suppression: 0.6, iou: 0.7 }
    const quality = await session.quality()
    const judgement = await session.judge(thresholds, 3)
    const { precision, recall } = atScore(judgement, thresholds.score)
    const text = program(thresholds, 3).replace(/`\$\{task\}\.safetensors`/, () => `\`${weights}\${task}.safetensors\``)
    expect((await printed(text)).trim().split('\n')).toEqual([
      `label ${quality.classify.toFixed(3)} label and box ${quality.localize.toFixed(3)} mean IoU ${quality.segment.toFixed(3)}`,
      `AP50 ${judgement.AP50.toFixed(3)} precision ${precision.toFixed(3)} recall ${recall.toFixed(3)}`,
    ])
    expect(quality.detect).toBeGreaterThan(0.9)
    expect(quality.segment).toBeGreaterThan(0.8)
    expect(quality.localize).toBeGreaterThan(0.6)
    expect(quality.classify).toBeGreaterThan(0.6)
  } finally {
    await session.close()
  }
})
