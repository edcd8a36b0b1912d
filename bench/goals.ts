/** What Gentle has to reach, as the summary of a run lists it: by which figure of which benchmark, how much at least, and how much better still. */
import { javaScriptNames, onnxruntimeWebNames, pytorchNames } from './contenders.ts'
import { type Convolved, convolved, type Predicting, predicting, trainedLong } from './workload.ts'

export interface Goal {
  readonly work: string
  /** What the figure is, or is divided by. */
  readonly against: string
  readonly figure: Figure
  /** Whether the figure has to be large, or small. */
  readonly better: 'more' | 'less'
  readonly required: number
  readonly aim: number
  /** What figures are counted in. */
  readonly unit: 'x' | 'ms' | 's' | 'KB'
}

/** How a goal's figure comes of reports. */
export type Figure =
  /** How many times as good Gentle, or the best of other contenders, is as the best of some. */
  | {
      readonly kind: 'lead'
      readonly benchmark: string
      readonly of?: readonly string[]
      readonly over: readonly string[]
    }
  /** How many times as much of the quantity Gentle has as another. */
  | { readonly kind: 'multiple'; readonly benchmark: string; readonly of: string }
  /** Gentle's amount of the quantity, in so many of the goal's units. */
  | { readonly kind: 'amount'; readonly benchmark: string }
  /** Of the shares that the parts of benchmarks have of the peak. */
  | { readonly kind: 'part'; readonly benchmarks: readonly string[]; readonly which: 'median' | 'worst' }

const ratio = (
  work: string,
  benchmark: string,
  against: string,
  over: readonly string[],
  required: number,
  aim: number,
  of: readonly string[] = ['gentle'],
): Goal => ({
  work,
  against,
  figure: { kind: 'lead', benchmark, of, over },
  better: 'more',
  required,
  aim,
  unit: 'x',
})

const lenet5 = (batch: number, required: number): Goal[] => [
  ratio(`LeNet-5 training, batch ${batch}`, `lenet5-${batch}`, 'PyTorch', pytorchNames, required, 6),
  ratio(`LeNet-5 training, batch ${batch}`, `lenet5-${batch}`, 'best in JavaScript', javaScriptNames, 120, 180),
]

function inference(network: Predicting): Goal[] {
  return [1, 8].flatMap((batch) => {
    const of = (against: string, over: readonly string[], required: number, aim: number): Goal =>
      ratio(
        `${predicting[network]} inference, batch ${batch}`,
        `${network}-inference-${batch}`,
        against,
        over,
        required,
        aim,
      )
    const [nativeRequired, nativeAim] = network === 'resnet50' ? [1, 1.2] : [1.1, 1.5]
    const onNative = network === 'vgg16' && batch === 8 ? [of('onnxruntime-node', ['onnxruntime-node'], 0.6, 1)] : []
    return [
      of('onnxruntime-web', onnxruntimeWebNames, 3, 5),
      of('PyTorch', pytorchNames, nativeRequired, nativeAim),
      ...onNative,
    ]
  })
}

const inferenceInEightBits = (network: Predicting): Goal[] =>
  [1, 8].flatMap((batch) => {
    const of = (against: string, over: readonly string[], required: number, aim: number): Goal =>
      ratio(
        `${predicting[network]} inference in 8 bits, batch ${batch}`,
        `${network}-8-bit-${batch}`,
        against,
        over,
        required,
        aim,
      )
    return [
      of('Gentle in float32', ['gentle-float32'], 1.5, 2),
      of('onnxruntime-web in 8 bits', onnxruntimeWebNames, 2, 4),
    ]
  })

const matmul = (size: number): Goal =>
  ratio(
    `matrix product ${size}, one core`,
    `matmul-${size}`,
    'multiply-add peak of 256 bits',
    ['peak-wide'],
    0.85,
    0.93,
  )

const networksConvolved = Object.keys(convolved) as Convolved[]

const convolution = (which: 'median' | 'worst', required: number, aim: number): Goal => ({
  work: `convolutions of ${networksConvolved.length} networks, one core: the ${which}`,
  against: 'peak of 128 bits',
  figure: { kind: 'part', benchmarks: networksConvolved.map((network) => `convolution-${network}`), which },
  better: 'more',
  required,
  aim,
  unit: 'x',
})

const scaling = (name: string, title: string, required = 1.85, aim = 1.95): Goal =>
  ratio(`${title} training, two threads`, `scaling-${name}`, 'one thread', ['one-thread'], required, aim)

const memory = (network: string, title: string): Goal[] =>
  [
    ['bound', 'liveness bound of its schedule'],
    ['op-by-op', 'liveness bound of its graph'],
  ].map(([of, against]) => ({
    work: `${title} training step, memory`,
    against,
    figure: { kind: 'multiple', benchmark: `memory-step-${network}`, of },
    better: 'less',
    required: 1.25,
    aim: 1.1,
    unit: 'x',
  }))

const amount = (
  work: string,
  benchmark: string,
  against: string,
  unit: Goal['unit'],
  required: number,
  aim: number,
): Goal => ({ work, against, figure: { kind: 'amount', benchmark }, better: 'less', required, aim, unit })

export const goals: readonly Goal[] = [
  ...lenet5(64, 4.5),
  ...lenet5(256, 4.5),
  ...lenet5(96, 4.5),
  ratio('ResNet-20 training, batch 128', 'resnet20-128', 'PyTorch', pytorchNames, 1.3, 1.8),
  ratio('ResNet-18 training, batch 32', 'resnet18-32', 'PyTorch', pytorchNames, 1.2, 1.6),
  ...trainedLong.map(({ network, title, size, batch }) =>
    ratio(
      `${title} training, ${size} x ${size}, batch ${batch}`,
      `${network}-${size}-${batch}`,
      'PyTorch',
      pytorchNames,
      1,
      1.5,
    ),
  ),
  ...(Object.keys(predicting) as Predicting[]).flatMap(inference),
  ...(Object.keys(predicting) as Predicting[]).flatMap(inferenceInEightBits),
  matmul(256),
  matmul(512),
  matmul(1024),
  matmul(2048),
  convolution('median', 0.7, 0.85),
  convolution('worst', 0.45, 0.85),
  scaling('lenet5', 'LeNet-5'),
  scaling('resnet20', 'ResNet-20'),
  ...[1, 2, 4].flatMap((batch) => [
    scaling(`resnet20-${batch}`, `ResNet-20, batch ${batch},`, 1.7, 1.9),
    scaling(`resnet18-${batch}`, `ResNet-18, batch ${batch},`, 1.7, 1.9),
  ]),
  ratio('folder of JPEGs, images/s', 'folder', 'torchvision, Pillow', ['torchvision'], 1.5, 3),
  amount('waiting for them while ResNet-18 trains', 'folder-training', 'time', 'x', 0.03, 0.01),
  ratio('predict of ResNet-18, from the start', 'predict-once', 'onnxruntime-node', ['onnxruntime-node'], 1, 1.5),
  amount('MNIST to 99.0 % test accuracy', 'mnist-99', 'time', 's', 15, 8),
  ...memory('lenet5', 'LeNet-5'),
  ...memory('resnet20', 'ResNet-20'),
  ...memory('resnet18', 'ResNet-18'),
  ...memory('resnet50', 'ResNet-50'),
  ...memory('vgg16', 'VGG16'),
  ...(['memory', 'resident'] as const).map(
    (what): Goal => ({
      work: `ResNet-50 training step with remat, batch 32, ${what === 'memory' ? what : 'resident memory'}`,
      against: 'without',
      figure: { kind: 'multiple', benchmark: `remat-${what}`, of: 'keeping' },
      better: 'less',
      required: 0.45,
      aim: 0.3,
      unit: 'x',
    }),
  ),
  // At most 1.25 times the time.
  ratio('ResNet-50 training with remat, batch 32', 'remat-speed', 'without', ['keeping'], 0.8, 1),
  amount('LeNet-5 training, compile and first step', 'first-step-lenet5', 'time', 'ms', 200, 100),
  // A quarter and an eighth of the 5.4 s that it took before vectors of 256 bits.
  amount('ResNet-50 training, batch 8, compile and first step', 'first-step-resnet50', 'time', 'ms', 1350, 675),
  amount('ResNet-50 inference, compile and first run', 'first-step-resnet50-inference', 'time', 'ms', 1500, 700),
  amount('bundled for a browser, gzip', 'bundle', 'size', 'KB', 60, 45),
  {
    work: 'LeNet-5 training in Chromium, batch 64',
    against: 'in Node',
    figure: { kind: 'lead', benchmark: 'chromium-lenet5', of: ['chromium'], over: ['gentle-narrow'] },
    better: 'more',
    required: 0.9,
    aim: 1,
    unit: 'x',
  },
  {
    work: 'the same, page not isolated: one thread',
    against: 'one thread in Node',
    figure: { kind: 'lead', benchmark: 'chromium-lenet5', of: ['chromium-not-isolated'], over: ['one-thread'] },
    better: 'more',
    required: 0.9,
    aim: 1,
    unit: 'x',
  },
]
