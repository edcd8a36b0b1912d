/** Programs that do a benchmark's work. */

/** A program that can do a benchmark's work: it speaks the protocol of protocol.ts. */
export interface Contender {
  readonly name: string
  readonly title: string
  /** The program, seen from bench/, with its own arguments. TypeScript runs in this Node, Python in the system's. */
  readonly program: readonly [file: string, ...options: string[]]
  /** Threads that it may have where it is not as many as the benchmark's others. */
  readonly threads?: number
}

/** The first one is Gentle, to which the others are related. */
export type Contenders = readonly [gentle: Contender, ...rivals: Contender[]]

export const gentle = (program: string): Contender => ({ name: 'gentle', title: 'Gentle', program: [program] })

const narrow = (program: string): Contender => ({
  name: 'gentle-narrow',
  title: 'Gentle, vectors of 128 bits',
  program: [program, '--vectors=128'],
})

/** Gentle as it comes, and as it is in browsers and where the processor or the engine has no vectors of 256 bits. */
export const gentles = (program: string): [Contender, ...Contender[]] => [gentle(program), narrow(program)]

export const gentleNames: readonly string[] = gentles('').map(({ name }) => name)

/** PyTorch as it comes, and by its settings that may be faster: each is where the network and the machine suit it. */
const pytorch = (program: string): Contender[] => [
  { name: 'pytorch', title: 'PyTorch', program: [program] },
  { name: 'pytorch-channels-last', title: 'PyTorch, channels last', program: [program, '--channels-last'] },
  { name: 'pytorch-traced', title: 'PyTorch, traced', program: [program, '--traced'] },
  {
    name: 'pytorch-traced-channels-last',
    title: 'PyTorch, traced, channels last',
    program: [program, '--traced', '--channels-last'],
  },
]

export const pytorchNames: readonly string[] = pytorch('').map(({ name }) => name)

export const training: Contenders = [...gentles('rivals/gentle.ts'), ...pytorch('rivals/pytorch.py')]

const javaScriptTraining: readonly Contender[] = [
  { name: 'convnetjs', title: 'ConvNetJS', program: ['rivals/convnetjs.ts'] },
  { name: 'jax-js', title: 'jax-js', program: ['rivals/jax-js.ts'] },
  { name: 'tensorflow-js', title: 'TensorFlow.js', program: ['rivals/tensorflow-js.ts'] },
]

export const javaScriptNames: readonly string[] = javaScriptTraining.map(({ name }) => name)

export const lenet5Training: Contenders = [...training, ...javaScriptTraining]

const onnxruntimeWeb: Contender = {
  name: 'onnxruntime-web',
  title: 'onnxruntime-web',
  program: ['rivals/onnxruntime-web.ts'],
}
const onnxruntimeNode: Contender = {
  name: 'onnxruntime-node',
  title: 'onnxruntime-node',
  program: ['rivals/onnxruntime-node.ts'],
}

/** Those that read networks from files. */
export const fromFiles: Contenders = [gentle('rivals/gentle-inference.ts'), onnxruntimeWeb, onnxruntimeNode]

/** What Gentle asks of the engine for vectors of 256 bits may help others, too. */
const onnxruntimeWebs: readonly Contender[] = [
  onnxruntimeWeb,
  {
    name: 'onnxruntime-web-wide',
    title: 'onnxruntime-web, vectors joined',
    program: ['rivals/onnxruntime-web.ts', '--vectors=256'],
  },
]

export const onnxruntimeWebNames: readonly string[] = onnxruntimeWebs.map(({ name }) => name)

export const inference: Contenders = [
  ...gentles('rivals/gentle-inference.ts'),
  ...onnxruntimeWebs,
  onnxruntimeNode,
  ...pytorch('rivals/pytorch-inference.py'),
]

const inBytes = (contender: Contender): Contender => ({ ...contender, program: [...contender.program, '--bits=8'] })

/** Networks in 8 bits, beside Gentle in float32. */
export const inferenceInEightBits: Contenders = [
  inBytes(gentle('rivals/gentle-inference.ts')),
  inBytes(narrow('rivals/gentle-inference.ts')),
  { name: 'gentle-float32', title: 'Gentle in float32', program: ['rivals/gentle-inference.ts'] },
  ...onnxruntimeWebs.map(inBytes),
  inBytes(onnxruntimeNode),
]

/** Gentle on the benchmark's threads and on one. */
export const scaling: Contenders = [
  gentle('rivals/gentle.ts'),
  { name: 'one-thread', title: 'Gentle, one thread', program: ['rivals/gentle.ts'], threads: 1 },
]

/** Gentle in Node with the vectors that browsers have, and in pages that may share memory and that may not. */
export const chromium: Contenders = [
  narrow('rivals/gentle.ts'),
  { name: 'one-thread', title: 'Gentle, one thread', program: ['rivals/gentle.ts', '--vectors=128'], threads: 1 },
  { name: 'chromium', title: 'Gentle in Chromium', program: ['rivals/gentle-chromium.ts'] },
  {
    name: 'chromium-not-isolated',
    title: 'Gentle in Chromium, page not isolated',
    program: ['rivals/gentle-chromium.ts', '--not-isolated'],
  },
]

export const matmul: Contenders = [
  ...gentles('rivals/gentle-matmul.ts'),
  { name: 'peak', title: 'Multiply-add peak, 128 bits', program: ['rivals/peak.ts', '--vectors=128'] },
  { name: 'peak-wide', title: 'Multiply-add peak, 256 bits', program: ['rivals/peak.ts', '--vectors=256'] },
]

export const convolution: Contenders = gentles('rivals/gentle-convolution.ts')

/** What a compiled step takes, and what it cannot do without. */
export const stepMemory: Contenders = [
  gentle('rivals/gentle-step-memory.ts'),
  { name: 'bound', title: 'What has to live in its schedule', program: ['rivals/gentle-step-memory.ts', '--bound'] },
  {
    name: 'op-by-op',
    title: 'What has to live of its graph',
    program: ['rivals/gentle-step-memory.ts', '--op-by-op'],
  },
]

/** Gentle that computes values anew on the way back, and that keeps them. */
const rematted = (program: string): Contenders => [
  { name: 'gentle', title: 'Gentle, remat', program: [program, '--remat'] },
  { name: 'keeping', title: 'Gentle', program: [program] },
]

export const rematTraining: Contenders = rematted('rivals/gentle.ts')

export const rematMemory: Contenders = rematted('rivals/gentle-step-memory.ts')

export const bundle: Contenders = [
  { name: 'gentle', title: 'Gentle', program: ['rivals/bundle.ts', '--package=gentle'] },
  { name: 'jax-js', title: 'jax-js', program: ['rivals/bundle.ts', '--package=jax-js'] },
]

/** Those that read a folder of pictures, on so many threads or workers. */
export const folder: Contenders = [
  gentle('rivals/gentle-folder.ts'),
  { name: 'torchvision', title: "torchvision's DataLoader, Pillow", program: ['rivals/pytorch-folder.py'] },
]

export const folderTraining: Contenders = [gentle('rivals/gentle-folder-training.ts')]

/** Commands that predict one picture, from the start of the process to the answer. */
export const predictOnce: Contenders = [
  gentle('rivals/gentle-predict-once.ts'),
  { name: 'onnxruntime-node', title: 'a script on onnxruntime-node', program: ['rivals/onnxruntime-predict-once.ts'] },
]

export const mnist99: Contenders = [gentle('rivals/gentle-mnist-99.ts')]
