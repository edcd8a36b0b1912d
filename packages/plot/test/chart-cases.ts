/** Every chart of the package, of small numbers and of ones that are hard to draw. */
import { Concat, Conv2d, GlobalAvgPool2d, Linear, MaxPool2d, ReLU, Residual, Sequential } from 'gentle-dl'
import { networkGraph } from 'gentle-dl/inspect'
import {
  plotAttention,
  plotClassifierCurves,
  plotComparison,
  plotConfusionMatrix,
  plotDecisionBoundary,
  plotFittedCurve,
  plotFittedSurface,
  plotHistory,
  plotLearningRates,
  plotNetwork,
  plotPrecisionRecall,
  plotPredictedNumbers,
  plotReliability,
  plotScatter,
  plotSweep,
  plotTranscript,
} from '../src/index.ts'

/** So many epochs; up to one, each is the best so far. */
const epochs = (count: number, best: number) =>
  Array.from({ length: count }, (_, i) => ({
    best: i < best,
    train: { loss: 2 / (i + 1), accuracy: 1 - 0.6 / (i + 1) },
    validation: { loss: 0.2 + 2 / (i + 1) + 0.01 * i, accuracy: 0.95 - 0.5 / (i + 1) - 0.001 * i },
  }))

/** Counts of so many classes: most right, some mistakes of changing size. */
const countsOf = (classes: number, examples: number): number[] =>
  Array.from({ length: classes * classes }, (_, i) => {
    const [row, column] = [Math.floor(i / classes), i % classes]
    return row === column ? examples - 3 * row : (row * 7 + column * 5) % 11 === 0 ? 1 + ((row + column) % 9) : 0
  })

const named = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

const branched = Sequential({
  conv1: Conv2d(8, 3, { padding: 1 }),
  relu: ReLU(),
  block: Residual(Sequential({ conv: Conv2d(8, 3, { padding: 1 }) }), { activation: ReLU() }),
  inception: Concat({
    one: Conv2d(4, 1),
    three: Conv2d(8, 3, { padding: 1 }),
    five: Conv2d(4, 5, { padding: 2 }),
    pooled: MaxPool2d(3, { stride: 1, padding: 1 }),
  }),
  pool: GlobalAvgPool2d(),
  fc: Linear(10),
})

const words = 'the quick brown fox jumps over a lazy dog'.split(' ')

const mark = (label: string, x: number, y: number, area: number) => ({ label, x, y, area })

export const chartCases: Readonly<Record<string, () => string>> = {
  history: () => plotHistory(epochs(12, 9)),
  'history-with-rates': () =>
    plotHistory(
      epochs(12, 9).map((each, i) => ({ ...each, learningRate: 0.05 * (1 - i / 12) })),
      { learningRate: true },
    ),
  'history-of-one-epoch': () => plotHistory(epochs(1, 1)),
  'history-of-a-number': () =>
    plotHistory(
      epochs(40, 40).map(({ train, validation, best }) => ({
        best,
        train: { loss: 100 * train.loss },
        validation: { loss: 120 * validation.loss, rmse: 40 * validation.loss },
      })),
      { metric: 'rmse', metricLabel: 'root mean squared error', percent: false },
    ),
  sweep: () =>
    plotSweep({
      title: '24 trials by accuracy on validation',
      score: { name: 'accuracy', isShare: true, better: 'more' },
      scores: Array.from({ length: 24 }, (_, i) => 0.986 - 0.002 * i),
      settings: [
        {
          name: 'learning-rate',
          scale: 'logarithmic',
          values: Array.from({ length: 24 }, (_, i) => 10 ** (-4 + ((i * 7) % 24) / 8)),
        },
        { name: 'units', scale: 'linear', values: Array.from({ length: 24 }, (_, i) => 16 + ((i * 53) % 240)) },
        {
          name: 'optimizer',
          choices: ['sgd', 'adam'],
          values: Array.from({ length: 24 }, (_, i) => ['sgd', 'adam'][i % 2]),
        },
      ],
    }),
  'sweep-of-losses': () =>
    plotSweep({
      title: '9 trials by RMSE on validation',
      score: { name: 'RMSE', isShare: false, better: 'less' },
      scores: [10_500, 11_200, 11_900, 12_500, 14_000, 15_500, 90_000, 1e9],
      stopped: [false, true, true, true, true, true, true, true],
      settings: [
        {
          name: 'augment',
          choices: ['none', `{"rotate":30,"${'long'.repeat(30)}":<b>}`, 'modest'],
          values: Array.from({ length: 8 }, (_, i) => (i % 3 === 2 ? 'modest' : 'none')),
        },
        { name: 'batch-size', scale: 'linear', values: Array.from({ length: 8 }, () => 32) },
      ],
      notes: ['1 failed, and is not shown.'],
    }),
  'sweep-of-one-trial': () =>
    plotSweep({
      title: '1 trial by R² on validation',
      score: { name: 'R²', isShare: false, better: 'more' },
      scores: [-0.25],
      settings: [{ name: 'learning-rate', scale: 'logarithmic', values: [0.01] }],
    }),
  comparison: () =>
    plotComparison({
      title: '2 trainings',
      names: ['runs/classify/lenet5-mnist and 2 more seeds', `runs/${'a/long/path/of/a/run/'.repeat(5)}<b>`],
      panels: [
        {
          title: 'loss',
          curves: [
            [1, 1.1, 0.9].map((factor) => epochs(10, 1).map(({ train }, i) => [i + 1, factor * train.loss] as const)),
            [epochs(6, 1).map(({ validation }, i) => [i + 1, i === 2 ? Number.NaN : validation.loss] as const)],
          ],
        },
        {
          title: 'accuracy',
          share: true,
          curves: [[epochs(10, 1).map(({ train }, i) => [i + 1, train.accuracy] as const)], [[[3, 0.8]]]],
        },
      ],
    }),
  confusion: () => plotConfusionMatrix(countsOf(3, 60), ['circle', 'square', 'a triangle of equal sides']),
  'confusion-of-digits': () => plotConfusionMatrix(countsOf(10, 1130), named(10, ''), { title: 'Test set' }),
  'confusion-of-many': () => plotConfusionMatrix(countsOf(24, 90), named(24, 'a long class name ')),
  'confusion-of-hundred': () => plotConfusionMatrix(countsOf(60, 400), named(60, 'class ')),
  'precision-recall': () =>
    plotPrecisionRecall(
      ['cat', 'dog', '<b> and a very long name of a class'].map((name, i) => ({
        name,
        recall: [0.2, 0.5, 0.7, 0.8 + 0.1 * i],
        precision: [1, 0.9 - 0.1 * i, 0.7, 0.4],
      })),
    ),
  'classifier-curves': () => {
    const places = [0, 0.1, 0.3, 0.6, 1]
    const curved = (power: number) => places.map((place) => place ** power)
    const names = ['cat', 'dog', '<b> and a very long name of a class']
    return plotClassifierCurves({
      roc: names.map((name, i) => ({
        name,
        falsePositiveRate: places,
        truePositiveRate: curved(0.2 * (i + 1)),
        area: 0.95 - 0.1 * i,
      })),
      precisionRecall: names.map((name, i) => ({
        name,
        recall: [0.02, 0.02, 0.3, 0.6, 1],
        precision: [0, 0.5, 1, 0.9 - 0.2 * i, 0.3],
        averagePrecision: 0.9 - 0.1 * i,
      })),
    })
  },
  reliability: () =>
    plotReliability(
      Array.from({ length: 10 }, (_, i) => ({
        from: i / 10,
        to: (i + 1) / 10,
        count: i < 2 ? 0 : 10 * 2 ** i,
        accuracy: i < 2 ? Number.NaN : Math.max(0, i / 10 - 0.04),
        confidence: i < 2 ? Number.NaN : i / 10 + 0.06,
      })),
      { error: 0.0734 },
    ),
  'learning-rates': () =>
    plotLearningRates({
      rate: 0.025,
      rates: Array.from({ length: 50 }, (_, i) => 1e-5 * 10 ** (i / 10)),
      losses: Array.from({ length: 50 }, (_, i) => 2.3 - 1.9 / (1 + Math.exp(12 - i / 2.5)) + Math.exp((i - 48) / 1.5)),
    }),
  decisionBoundary: () =>
    plotDecisionBoundary({
      title: 'What a model decides, and three examples',
      inputs: ['length in cm', 'weight in g'],
      classes: ['lemon', 'melon'],
      range: { left: 4, right: 24, bottom: 50, top: 2050 },
      cells: Array.from({ length: 400 }, (_, cell) => Number((cell % 20) + Math.floor(cell / 20) > 19)),
      columns: 20,
      points: [
        { x: 8, y: 120, label: 0 },
        { x: 20, y: 1800, label: 1 },
        { x: 18, y: 1500, label: 0 },
      ],
    }),
  'predicted-numbers': () =>
    plotPredictedNumbers({
      title: 'What the model predicts of 60 test examples',
      subtitle: 'On the dashed line a prediction is right.',
      target: 'price in €',
      points: Array.from({ length: 60 }, (_, i) => {
        const truth = 180_000 + 8_100 * i
        return { truth, predicted: truth + 40_000 * Math.sin(5 * i) }
      }),
      notes: ['R² 0.93, mean absolute error 25,400'],
    }),
  'fitted-curve': () =>
    plotFittedCurve({
      title: 'What the model predicts, and 40 test examples',
      input: 'hour of the day',
      target: 'temperature in °C',
      curve: Array.from({ length: 121 }, (_, i) => [i / 5, 8 - 9 * Math.cos((i / 5 - 3) / 3.82)]),
      points: Array.from({ length: 40 }, (_, i) => ({
        x: 0.6 * i,
        truth: 8 - 9 * Math.cos((0.6 * i - 3) / 3.82) + 2 * Math.sin(9 * i),
      })),
    }),
  'fitted-surface': () =>
    plotFittedSurface({
      title: 'What the model predicts, and 30 test examples',
      subtitle: 'An example that stands out from its surroundings is predicted wrongly.',
      inputs: ['area in m²', 'distance in km'],
      target: 'rent',
      range: { left: 20, right: 140, bottom: 0, top: 15 },
      cells: Array.from(
        { length: 1600 },
        (_, cell) => 200 + 12 * ((3 * cell) % 120) - 4 * Math.floor(cell / 40) ** 1.4,
      ),
      columns: 40,
      points: Array.from({ length: 30 }, (_, i) => ({
        x: 25 + 3.7 * i,
        y: (i * 4.3) % 15,
        truth: 300 + 44 * i - 20 * ((i * 4.3) % 15),
      })),
    }),
  scatter: () =>
    plotScatter([
      {
        title: 'Networks by cost and accuracy, some close together',
        subtitle: 'Areas stand for parameters.',
        x: { label: 'FLOPs', scale: 'logarithmic' },
        y: {
          label: 'accuracy',
          scale: 'linear',
          format: (share) => `${Math.round(1000 * share) / 10} %`,
          minSpan: 0.05,
        },
        colour: '#15803d',
        marks: [
          mark('googlenet', 3e9, 0.6978, 6.6e6),
          mark('resnet18', 3.6e9, 0.698, 11.7e6),
          mark('resnet34', 7.3e9, 0.6977, 21.8e6),
          mark('vgg19_with_batch_norm', 39e9, 0.6976, 143e6),
        ],
        notes: [
          'A source of all of these numbers, whose name is so long that it takes more than one line of small print.',
        ],
      },
      {
        title: 'By year',
        x: { label: 'year, each at the same distance', scale: 'steps' },
        y: { label: 'parameters', scale: 'logarithmic' },
        colour: '#2563eb',
        marks: [1958, 1986, 1998, 2012, 2014, 2014, 2015, 2015, 2015, 2015, 2016, 2017].map((year, i) =>
          mark(`network ${i}`, year, 10 ** (3 + i / 2), 10 ** (3 + i / 2)),
        ),
      },
    ]),
  attention: () =>
    plotAttention(
      words.slice(0, 4).map((_, row) => words.map((_, column) => (row === column ? 0.8 : 0.025))),
      words,
      ['der', 'schnelle', 'braune', '<&>'],
      { title: 'Attention' },
    ),
  transcript: () =>
    plotTranscript({
      spectrogram: Float32Array.from({ length: 32 * 8 }, (_, i) => ((i * 7) % 13) - (i % 8)),
      features: 8,
      frameStep: 0.1,
      frequencies: [100, 200, 300, 500, 800, 1200, 2000, 3300],
      letters: [...words.join(' ')].map((symbol, i) => ({ symbol, at: 0.05 + 0.07 * i })),
      words: words.map((word, i) => {
        const begin = words.slice(0, i).join(' ').length + (i > 0 ? 1 : 0)
        return { word, begin: 0.05 + 0.07 * begin, end: 0.05 + 0.07 * (begin + word.length - 1) }
      }),
    }),
  network: () =>
    plotNetwork(networkGraph(branched, [3, 32, 32]), {
      title: 'branched on 32 x 32 x 3',
      subtitle: '1,234,567 parameters; 1,234,567,890 multiply-adds, 2,469,135,780 FLOPs an example',
    }),
}
