/** What `gentle train --tensorboard` keeps: a training's events in a folder that TensorBoard reads. */
import { appendFileSync, existsSync, mkdirSync, truncateSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Evaluation } from 'gentle-dl'
import { reasonOf } from '../terminal/reason.ts'
import { note } from '../terminal/terminal.ts'
import { type EventContent, eventRecord } from './event-file.ts'
import type { TrainEvent } from './train-events.ts'

/** `loss` of training is `loss/train`, so that charts of one metric stand together. */
const tagged = (part: string, evaluation: Evaluation | undefined): [string, number][] =>
  Object.entries(evaluation ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[`${name}/${part}`, value]]))

/** Settings as a table of Markdown. */
const settingsText = (settings: object): string =>
  [
    '| setting | value |',
    '| --- | --- |',
    ...Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `| ${name} | ${String(value).replace(/[|\n]/g, ' ')} |`),
  ].join('\n')

/**
 * Keeps events in a new file of the folder: the loss of steps, all figures of epochs, and the settings. A training that goes on from an earlier step voids what
 * was told of later ones. Where it cannot be written, such as on a full disk, that is told once, and the training goes on.
 * @param now in milliseconds since 1970
 */
export function tensorboardFile(folder: string, now = Date.now): (event: TrainEvent) => void {
  let [written, isTold] = [0, false]
  const file = join(folder, `events.out.tfevents.${Math.floor(now() / 1000)}.${hostname()}.${process.pid}`)
  const keep = (content: EventContent, step: number): void => {
    const record = eventRecord(content, step, now() / 1000)
    try {
      if (!existsSync(folder)) mkdirSync(folder)
      // What a full disk cut off would hide all that comes after it.
      if (isTold && existsSync(file)) truncateSync(file, written)
      appendFileSync(file, record)
      written += record.length
      isTold = false
    } catch (error) {
      if (!isTold)
        note(
          `warning: ${file} cannot be written: ${reasonOf(error, 'write')}; the training goes on, and tries again with each event to come`,
        )
      isTold = true
    }
  }
  keep({ kind: 'version' }, 0)
  return (event) => {
    if (event.event === 'start') {
      // What it voids includes its own step.
      keep({ kind: 'begin' }, event.step + 1)
      keep({ kind: 'text', tag: 'settings', text: settingsText(event.settings) }, event.step)
    } else if (event.event === 'step')
      keep(
        { kind: 'scalars', values: { 'loss/step': event.loss, 'learning rate/step': event.learningRate } },
        event.step,
      )
    else if (event.event === 'epoch') {
      const { train, validation, learningRate, examplesPerSecond, step } = event
      const values = Object.fromEntries([...tagged('train', train), ...tagged('validation', validation)])
      keep(
        {
          kind: 'scalars',
          values: { ...values, 'learning rate/epoch': learningRate, 'examples per second': examplesPerSecond },
        },
        step,
      )
    }
  }
}
