/** Localization, detection and segmentation, as they are named and told. */
import { type TaskName, visionTasks } from 'gentle-dl/vision'
import type { AnyTask } from './annotated-task.ts'

const tasks: Readonly<Record<Exclude<TaskName, 'classify'>, AnyTask>> = {
  localize: {
    ...visionTasks.localize,
    scoreName: 'localized',
    defaultModel: 'resnet14',
    defaultData: 'scenes:side=64,objects=1-1',
    needs: { what: 'boxes', text: 'has no boxes; --task localize needs them' },
    metricNames: { accuracy: 'label correct', meanIoU: 'mean IoU', localized: 'label correct and IoU >= 0.5' },
  },
  detect: {
    ...visionTasks.detect,
    scoreName: 'mAP',
    defaultModel: 'resnet14',
    defaultData: 'scenes',
    needs: { what: 'boxes', text: 'has no boxes; --task detect needs them' },
  },
  segment: {
    ...visionTasks.segment,
    scoreName: 'mean IoU',
    defaultModel: 'unet',
    defaultData: 'scenes:side=64,objects=1-4,size=20-36',
    needs: { what: 'masks', text: 'has no masks; --task segment needs the class of every pixel' },
    metricNames: { meanIoU: 'mean IoU', meanDice: 'mean Dice', pixelAccuracy: 'pixel accuracy' },
  },
}

export const annotatedTask = (name: Exclude<TaskName, 'classify'>): AnyTask => tasks[name]
