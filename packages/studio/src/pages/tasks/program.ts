import { crowdedSeed, judgedScenes, judgedSeed, type Thresholds } from './settings.ts'

/** The program that computes what the page says of all scenes: how good the four are, and the detector's precision and recall. */
export const program = (
  { score, suppression, iou }: Thresholds,
  category: number | undefined,
): string => `// The four files are those that the page saves.
import { evaluate, openModel } from 'gentle-dl'
import { inMemory, labelled, scenes } from 'gentle-dl/data'
import {
  averagePrecision,
  detectAll,
  detection,
  levelsOf,
  precisionRecallCurve,
  visionTasks,
} from 'gentle-dl/vision'

// A picture of each shape, white on black.
const around = (count: number, radii: number[]) =>
  Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2
    return [radii[i % radii.length] * Math.cos(angle), radii[i % radii.length] * Math.sin(angle)]
  })
const square = [[-0.75, -0.75], [0.75, -0.75], [0.75, 0.75], [-0.75, 0.75]]
const corners = { circle: [], square, triangle: around(3, [1]), star: around(10, [1, 0.45]) }
function distance(points: number[][], x: number, y: number): number {
  if (points.length === 0) return Math.hypot(x, y) - 0.85
  let [nearest, isInside] = [Infinity, false]
  for (const [i, [ax, ay]] of points.entries()) {
    const [bx, by] = points[(i + points.length - 1) % points.length]
    const [ex, ey, wx, wy] = [bx - ax, by - ay, x - ax, y - ay]
    const share = Math.min(1, Math.max(0, (wx * ex + wy * ey) / (ex * ex + ey * ey)))
    nearest = Math.min(nearest, Math.hypot(wx - ex * share, wy - ey * share))
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside
  }
  return isInside ? -nearest : nearest
}
const pictures = Object.values(corners).flatMap((points) =>
  Array.from({ length: 28 * 28 }, (_, at) => {
    const [x, y] = [((at % 28) - 13.5) / 13, (Math.floor(at / 28) - 13.5) / 13]
    return Math.min(1, Math.max(0, 0.5 - 13 * distance(points, x, y)))
  }),
)
const shapes = inMemory({
  inputs: Float32Array.from(pictures),
  inputShape: [1, 28, 28],
  targets: Int32Array.of(0, 1, 2, 3),
  classes: Object.keys(corners),
})
const options = { side: 64, objects: [1, 4], size: [14, 32], rotation: 180, overlap: 0.3, clutter: 3 } as const
const set = scenes(shapes, ${judgedScenes}, { ...options, seed: ${judgedSeed} })
// More shapes, smaller ones, which cover each other.
const harder = { objects: [4, 10], size: [9, 26], overlap: 0.7, clutter: 8 } as const
const crowded = scenes(shapes, ${judgedScenes}, { ...options, ...harder, seed: ${crowdedSeed} })

const open = async (task: string) => (await openModel(\`\${task}.safetensors\`)).model
const detector = await open('detect')
const { accuracy } = await evaluate(await open('classify'), labelled(set))
const { score: localized } = await visionTasks.localize.score(await open('localize'), set)
const { metrics } = await visionTasks.detect.score(detector, set)
const { score: meanIoU } = await visionTasks.segment.score(await open('segment'), set)
console.log('label', accuracy!.toFixed(3), 'label and box', localized.toFixed(3))
console.log('AP50', metrics.AP50.toFixed(3), 'mean IoU', meanIoU.toFixed(3))

const task = detection(levelsOf(detector.layer, detector.inputShape), { scoreThreshold: 0.05, iouThreshold: ${suppression} })
const { truths, found } = await detectAll(detector, task, crowded)
const { AP50 } = averagePrecision(truths, found${category === undefined ? '' : `, { categories: [${category}] }`})
const { recall, precision, scores } = precisionRecallCurve(truths, found, { ${category === undefined ? '' : `category: ${category}, `}iou: ${iou} })
const last = scores.findLastIndex((each) => each >= ${score})
console.log('crowded: AP50', AP50.toFixed(3), 'precision', precision[last].toFixed(3), 'recall', recall[last].toFixed(3))
`
