/** The four tasks of the lecture. */

export const taskNames = ['classify', 'localize', 'detect', 'segment'] as const

export type TaskName = (typeof taskNames)[number]

/** What is tried where a task's network or data are not named. */
export const usualModel: Readonly<Record<Exclude<TaskName, 'classify'>, string>> = {
  localize: 'resnet14',
  detect: 'resnet14',
  segment: 'unet',
}
