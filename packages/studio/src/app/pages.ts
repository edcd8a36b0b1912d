/** All pages, in the lecture's order. Each is loaded when it is first shown. */
import type { ComponentType } from 'preact'

export interface Page {
  /** In its address. */
  readonly name: string
  readonly title: string
  /** In the list of all pages, where the title is long. */
  readonly label?: string
  /** What one does there, in a sentence. */
  readonly summary: string
  /** What a teacher says there, a line each. */
  readonly notes: readonly string[]
  load(): Promise<{ readonly default: ComponentType }>
}

export const pages: readonly Page[] = [
  {
    name: 'perceptron',
    title: 'Perceptron',
    summary: 'Drag points and watch a single neuron find the line between them, or fail to.',
    notes: [
      'Begin with AND: predict each update before you step.',
      'XOR: ask where the line would have to be. Let it run, and see that it never stops.',
      'So one neuron is not enough: on to networks.',
    ],
    load: () => import('../pages/perceptron/page.tsx'),
  },
  {
    name: 'network',
    title: 'Network',
    summary: 'Build a network, train it on points, and look into every neuron and gradient.',
    notes: [
      'Rings: first without a hidden layer, then with one of three neurons. Which borders do the neurons draw?',
      'Choose a weight and follow the chain rule from the loss back to it.',
      'Linear activation, learning rate 10: let it diverge, and ask in which layer it began.',
    ],
    load: () => import('../pages/network/page.tsx'),
  },
  {
    name: 'learning',
    title: 'Learning',
    summary: 'Let optimizers race over a loss surface, and see what a batch, a rate and a sample are worth.',
    notes: [
      'A line, batch of all: play it. Which way does each optimizer take through the narrow valley?',
      'Raise the rate of SGD bit by bit until it diverges. Ask why momentum swings.',
      'Batch of 1, and the surface of the batch: step, and watch the surface move.',
      'Two classes, 10 examples: the training loss falls, the expected loss rises. Then 1,000.',
    ],
    load: () => import('../pages/learning/page.tsx'),
  },
  {
    name: 'convolution',
    title: 'Convolution',
    summary: 'Slide a kernel over a picture, your own too, and see where each pixel of the result comes from.',
    notes: [
      'The 8 × 8 example: cover the result, and let the class compute one pixel by hand. Then Step.',
      'Change correlation to convolution: what happened to the kernel, and for which kernels does nothing happen?',
      'Ask for the size of the result before you change stride, padding or dilation.',
      'With the webcam, sobel-x and sobel-y: which edges are seen, and which are not?',
    ],
    load: () => import('../pages/convolution/page.tsx'),
  },
  {
    name: 'lenet',
    title: 'LeNet live',
    label: 'LeNet',
    summary: 'Train the network of 1998 on handwritten digits in seconds, draw one, and look inside.',
    notes: [
      'Ask before you train: how long will it take to read 98 % of the digits? Then press Train.',
      'Draw a 7, then a 7 in the upper left corner: it is centred, as all of MNIST is. Then shift it by the sliders.',
      'Look at the filters before and after training: nobody told it about edges.',
    ],
    load: () => import('../pages/lenet/page.tsx'),
  },
  {
    name: 'architectures',
    title: 'Architectures',
    summary: 'Unfold LeNet, ResNet, GNMT or the network of a file, compare two of them, and build your own.',
    notes: [
      'VGG16: where are the parameters, and where the multiply-adds? Guess before you change what the bars show.',
      'Plain-20 beside ResNet-20: what is the whole difference, and what does it cost?',
      'Let the class shrink LeNet-5 in the builder: which layer first?',
    ],
    load: () => import('../pages/architectures/page.tsx'),
  },
  {
    name: 'cost',
    title: 'Cost',
    summary: 'Depth, width, resolution and batch against FLOPs, memory and time, on this machine too.',
    notes: [
      'Ask before you move it: what does twice the width cost? And twice the batch?',
      'Measure this machine. Does a step take as long as its FLOPs say?',
      'How long would it take to train ResNet-152 here? And GNMT?',
    ],
    load: () => import('../pages/cost/page.tsx'),
  },
  {
    name: 'overfitting',
    title: 'Overfitting',
    summary:
      'Let a network learn a hundred digits by heart, and close the gap with four remedies; see boxes and masks follow augmented pictures.',
    notes: [
      'Without a remedy first: when does the validation loss turn, and what does the training loss say then?',
      'Ask for bets on the remedies before you train them side by side.',
      'The gallery: which transforms keep a digit what it is? Flip, rotate by 90 degrees, invert.',
    ],
    load: () => import('../pages/overfitting/page.tsx'),
  },
  {
    name: 'tasks',
    title: 'Tasks',
    summary:
      'Draw a scene, and see it classified, localized, detected and segmented; move the thresholds along the curve.',
    notes: [
      'One shape, then a second: what does classification say, and what can it not say?',
      'Show the boxes before suppression, and move its threshold to 1: why are there so many?',
      'Ask for a detector that misses nothing, then for one that is never wrong: where on the curve is each?',
    ],
    load: () => import('../pages/tasks/page.tsx'),
  },
  {
    name: 'pictures',
    title: 'Your pictures',
    label: 'Pictures',
    summary: 'Teach a network your own classes, from webcam, files or a zip, and see what it gets wrong.',
    notes: [
      'Two things that are on the table, thirty frames each: train, then hold them elsewhere. What has it learned, the thing or the place?',
      'The example with wrong labels: let the class guess which pictures have the highest loss, and why.',
      'Keep the network as a trunk, and train two new classes on it with five pictures each; then the same from nothing.',
    ],
    load: () => import('../pages/pictures/page.tsx'),
  },
  {
    name: 'sound',
    title: 'Sound and words',
    label: 'Sound',
    summary: 'Train a network to hear words, your own too, and another to translate; see when and where each looks.',
    notes: [
      'Ask before you train: nobody says when each letter is spoken. How can the network learn it?',
      'Moon: what has to stand between the two o? Then a word that it never heard, such as tuna: has it learned letters, or words?',
      'Translate: which letters of a month are enough? Look at the rows of the month for june and july.',
    ],
    load: () => import('../pages/sound/page.tsx'),
  },
  {
    name: 'runs',
    title: 'Runs',
    summary: 'Compare trainings: curves over each other, what was set differently, what came of it.',
    notes: [
      'Before you train the three examples: which learning rate will be best, and how will the others fail?',
      'Open runs of your own, or watch one: gentle studio --runs runs, and a training in a second terminal.',
      'Change the seed: by how much do the best values differ when nothing but luck does?',
    ],
    load: () => import('../pages/runs/page.tsx'),
  },
]
