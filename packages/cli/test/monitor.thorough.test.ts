import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

describe('gentle train --monitor', () => {
  const folder = temporaryFolder()

  it('chooses by it, and tells it in lines, table, summary and metrics.csv', async () => {
    const run = join(folder, 'run')
    const args = [
      'train',
      'mlp',
      '--data',
      'moons',
      '--epochs',
      '3',
      '--monitor',
      'auc',
      '--threads',
      '1',
      '--run-dir',
      run,
    ]
    const { code, stdout, stderr } = await gentle(args)
    expect(stderr).toMatch(/epoch 3\/3 {2}train \d\.\d+ {2}validation \d\.\d+ AUC [\d.]+ %/)
    expect(code).toBe(0)
    expect(stdout).toMatch(/the best on validation by AUC/)
    expect(stdout).toMatch(/^test +[\d.]+ +[\d.]+ % +[\d.]+ %$/m)
    const { monitor, bestEpoch, test } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(monitor).toBe('auc')
    expect(test.auc).toBeGreaterThan(0.5)
    const [header, ...rows] = readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n')
    const column = header.split(',').indexOf('validation_auc')
    const scores = rows.map((row) => Number(row.split(',')[column]))
    expect(scores[bestEpoch - 1]).toBe(Math.max(...scores))
  })

  it('is refused for what the training does not tell, before a run folder is made', async () => {
    const run = join(folder, 'none')
    const { code, stderr } = await gentle(['train', 'mlp', '--data', 'moons', '--monitor', 'f1:2', '--run-dir', run])
    expect([code, existsSync(run)]).toEqual([2, false])
    expect(stderr).toMatch(/--monitor f1.*'?2/)
    const detect = await gentle(['train', '--task', 'detect', '--monitor', 'f1', '--run-dir', run])
    expect(detect.stderr).toMatch(/--monitor is for --task classify and regress; of --task detect, mAP/)
    writeFileSync(
      join(folder, 'rent.csv'),
      'area,rent\n1.5,300.5\n2.5,410.1\n3.5,520.7\n4.5,633.3\n5.5,740.9\n6.5,855.2\n',
    )
    const table = await gentle([
      'train',
      'mlp',
      '--data',
      join(folder, 'rent.csv'),
      '--task',
      'regress',
      '--monitor',
      'f1',
      '--run-dir',
      run,
    ])
    expect(table.stderr).toMatch(/--monitor.*f1.*r2/s)
  })
})
