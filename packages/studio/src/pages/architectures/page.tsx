/** Networks from LeNet to GNMT as graphs that unfold, two side by side, and a builder for one's own. */

import { batch, computed, effect, useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { AddressError, choiceField, type Field, integerField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import { useWorker } from '../../engine/use-worker.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { filesInEntries } from '../../parts/files-in-entries.ts'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Select } from '../../parts/select.tsx'
import { Slider } from '../../parts/slider.tsx'
import { useDroppedFiles } from '../../parts/use-dropped-files.ts'
import { type Preparation, preparations } from './answers.ts'
import { AnswersPanel } from './answers-panel.tsx'
import './architectures.css'
import { Builder } from './builder.tsx'
import { DifferencesList } from './differences-list.tsx'
import { exerciseAnswer, mostParameters } from './exercise.ts'
import { chosenFiles, GivenFilePanel } from './given-file-panel.tsx'
import { GraphView, type Measure, measures } from './graph-view.tsx'
import { LayerFacts } from './layer-facts.tsx'
import { layersField, layersFrom, presets } from './layers.ts'
import { type Beside, besideTitles, type Shown, shownTitles } from './names.ts'
import { type GivenProgram, program } from './program.ts'
import { SaveNetwork } from './save-network.tsx'
import type { Question, Seen, Sight } from './session.ts'
import { TotalsTable } from './totals-table.tsx'
import { useGivenFile } from './use-given-file.ts'
import { WeightsOfFile } from './weights-of-file.tsx'
import type { ArchitecturesWorker, Asked, Opened } from './worker.ts'

/** Names of groups, as they stand in an address: `layer1,layer1.0`. */
const pathsField: Field<readonly string[]> = {
  initial: [],
  parse(text) {
    const paths = text === '' ? [] : text.split(',')
    if (paths.length > 1000 || !paths.every((path) => /^[\w-]+(\.[\w-]+)*$/.test(path) && path.length < 200))
      throw new AddressError(`'${text.slice(0, 40)}' is not a list of at most 1000 names of groups`)
    return paths
  },
  format: (paths) => paths.join(','),
}

const fields = {
  network: choiceField<Shown>('lenet5', Object.keys(shownTitles) as Shown[]),
  beside: choiceField<Beside>('none', Object.keys(besideTitles) as Beside[]),
  open: pathsField,
  side: choiceField('first', ['first', 'second'] as const),
  layer: integerField(1, { min: -1, max: 5000 }),
  bars: choiceField<Measure>('parameters', Object.keys(measures) as Measure[]),
  batch: integerField(32, { min: 1, max: 1024 }),
  seed: integerField(0, { min: 0, max: 99 }),
  channels: integerField(1, { min: 1, max: 1024 }),
  height: integerField(28, { min: 1, max: 1024 }),
  width: integerField(28, { min: 1, max: 1024 }),
  layers: layersField(layersFrom(presets['LeNet-5'].layers)),
  prepare: choiceField<Preparation>('imagenet', Object.keys(preparations) as Preparation[]),
}

/** Files of a folder among which weights are looked for. */
const mostFiles = 2000

const isPicture = (file: File): boolean => file.type.startsWith('image/')

/** The last part of a path, without its ending. */
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '') || 'network'

/** What the program is told of the file that is open. */
const givenProgram = (opened: Opened | undefined): GivenProgram | undefined =>
  opened?.opening && { name: opened.facts.name.slice(opened.facts.name.lastIndexOf('/') + 1), opening: opened.opening }

const startWorker = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

export default function ArchitecturesPage() {
  const state = usePageState(fields)
  const worker = useWorker<ArchitecturesWorker>(startWorker)
  const sight = useSignal<Sight>({})
  /** Of which question the sight is the answer: a network that was chosen is not shown by the other's name. */
  const asked = useSignal<Question | undefined>(undefined)
  const failure = useSignal('')
  /** The picture that the network of a file is asked about. */
  const picture = useSignal<Asked | undefined>(undefined)
  /** Grows when another file is open. */
  const version = useSignal(0)
  // A worker's functions are new ones whenever they are taken from it.
  const ask = useMemo(() => (question: Asked, preparation: Preparation) => worker.ask(question, preparation), [worker])
  const file = useGivenFile(worker, ({ opening }) => {
    batch(() => {
      version.value++
      state.layer.value = -1
      if (opening !== undefined) {
        state.network.value = 'given'
        state.open.value = []
      }
    })
  })
  const isOver = useDroppedFiles((files, entries) => {
    const [first] = files
    if (files.length === 1 && isPicture(first)) picture.value = { picture: first, name: first.name }
    else void file.take(() => (entries.length > 0 ? filesInEntries(entries, mostFiles) : chosenFiles(files)))
  })

  useEffect(() => {
    const compute = latest(
      async (question: Question) => ({ question, sight: await worker.look(question) }),
      (answer) => {
        batch(() => {
          asked.value = answer.question
          sight.value = answer.sight
          failure.value = ''
        })
      },
      (error) => {
        failure.value = messageOf(error)
      },
    )
    return effect(() => {
      const beside = state.beside.value
      void version.value
      compute({
        first: state.network.value,
        ...(beside === 'none' ? {} : { second: beside }),
        batchSize: state.batch.value,
        open: state.open.value,
        layers: state.layers.value,
        inputShape: [state.channels.value, state.height.value, state.width.value],
      })
    })
  }, [worker])

  // Another network has other groups and layers.
  useEffect(() => {
    let before = [state.network.peek(), state.beside.peek()].join()
    return effect(() => {
      const now = [state.network.value, state.beside.value].join()
      if (now === before) return
      before = now
      state.layer.value = -1
    })
  }, [state])

  const code = useMemo(
    () =>
      computed(() =>
        program(state.network.value, {
          layers: state.layers.value,
          inputShape: [state.channels.value, state.height.value, state.width.value],
          batchSize: state.batch.value,
          given: givenProgram(file.opened.value),
        }),
      ),
    [state],
  )
  const { first, second, differences, rows = [] } = sight.value
  const question = asked.value
  const own = useComputed(() =>
    exerciseAnswer(
      state.layers.value,
      asked.value?.first === 'own' ? sight.value.first?.totals : sight.value.second?.totals,
    ),
  )
  const groups = [...new Set([...(first?.groups ?? []), ...(second?.groups ?? [])])]
  const looksAt = (side: 'first' | 'second'): Seen | undefined => (side === 'first' ? first : second)
  const chosen = looksAt(state.side.value)
  const asking = file.opened.value?.asking
  const titleOf = (name: Shown): string =>
    name === 'given' && file.opened.value?.opening !== undefined ? file.opened.value.facts.name : shownTitles[name]
  const usesBuilder = state.network.value === 'own' || state.beside.value === 'own'

  /** Of both sides; of a file only where one is open. */
  const costs = (['first', 'second'] as const).flatMap((side) => {
    const name = question?.[side]
    const totals = looksAt(side)?.totals
    return name === undefined || (name === 'given' && totals === undefined) ? [] : [[titleOf(name), totals] as const]
  })

  const graph = (side: 'first' | 'second') => {
    const seen = looksAt(side)
    const name = question?.[side]
    if (name === undefined) return null
    const title = titleOf(name)
    // A lone graph with branches takes all the room there is.
    const isWide = question?.second === undefined && !usesBuilder && (seen?.drawing.width ?? 0) > 400
    return (
      <div class={`bench ${isWide ? 'wide' : ''}`} key={side}>
        <h2>{title}</h2>
        {seen === undefined ? (
          <p class="hint">
            {name === 'given'
              ? 'Open a file that tells its network, or whose weights fit one of the lecture’s: its graph stands here.'
              : 'Its graph appears when all layers fit together.'}
          </p>
        ) : (
          <GraphView
            label={`The layers of ${title}`}
            seen={seen}
            measure={state.bars.value}
            differing={new Set(differences?.list.flatMap((difference) => difference[side] ?? []))}
            chosen={state.side.value === side && state.layer.value >= 0 ? state.layer.value : undefined}
            onChoose={(layer) => {
              state.side.value = side
              state.layer.value = layer
            }}
            onFold={(path, open) => {
              state.open.value = open ? [...state.open.value, path] : state.open.value.filter((each) => each !== path)
            }}
          />
        )}
      </div>
    )
  }

  return (
    <Lesson
      chapter="15-resnet"
      program={code}
      idea={
        <>
          <h2>The idea</h2>
          <p>
            LeNet-5 had five layers with weights, ResNet-152 has 152. Three ideas led there: small kernels one after
            another (VGG), branches that look at several scales (GoogLeNet), and shortcuts around blocks, so that a
            block only has to learn what to add (ResNet). Recurrent networks do the same with steps in time.
          </p>
          <p>
            Parameters are what is stored and learned; multiply-adds are what is computed; activations are what training
            has to remember. The three stand in different layers: look where each of them is.
          </p>
        </>
      }
      controls={
        <>
          <h2>Networks</h2>
          <Select label="Network" value={state.network} options={shownTitles} />
          <Select label="Beside it" value={state.beside} options={besideTitles} />
          <div class="presets">
            <button
              type="button"
              disabled={groups.length === 0}
              onClick={() => {
                state.open.value = groups
              }}
            >
              Unfold all
            </button>
            <button
              type="button"
              disabled={state.open.value.length === 0}
              onClick={() => {
                state.open.value = []
              }}
            >
              Fold all
            </button>
          </div>
          <Choice label="Bars show" value={state.bars} options={measures} />
          <Slider label="Batch, for the memory" value={state.batch} min={1} max={1024} logarithmic />
          <h2>Save the first network</h2>
          {state.network.value !== 'given' && (
            <Slider label="Seed of its first weights" value={state.seed} min={0} max={99} />
          )}
          <SaveNetwork
            shown={state.network.value}
            name={
              state.network.value === 'given' ? baseName(file.opened.value?.facts.name ?? 'given') : state.network.value
            }
            program={code.value}
            fileOf={(format) =>
              worker.exportNetwork({
                shown: state.network.value,
                format,
                seed: state.seed.value,
                layers: state.layers.value,
                inputShape: [state.channels.value, state.height.value, state.width.value],
              })
            }
          />
        </>
      }
      exercise={
        <Exercise answer={own}>
          <p>
            Build a network for the digits of MNIST, 1 × 28 × 28, with two convolutions, 10 outputs and at most{' '}
            {mostParameters.toLocaleString('en')} parameters: LeNet-5 has 61,706.
          </p>
        </Exercise>
      }
    >
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      {question === undefined && failure.value === '' && <p class="loading">Counting…</p>}
      {costs.length > 0 && <TotalsTable rows={costs} batchSize={question!.batchSize} />}
      <div class="benches">
        {usesBuilder && (
          <Builder
            layers={state.layers}
            size={{ channels: state.channels, height: state.height, width: state.width }}
            rows={rows}
          />
        )}
        {graph('first')}
        {graph('second')}
        {question !== undefined && <LayerFacts facts={chosen?.layers[state.layer.value]} totals={chosen?.totals} />}
        {differences !== undefined && first !== undefined && second !== undefined && (
          <DifferencesList differences={differences} first={first.layers} second={second.layers} />
        )}
      </div>
      <GivenFilePanel file={file} isOver={isOver.value} />
      {typeof asking === 'string' && <p class="hint">{asking}</p>}
      {asking !== undefined && typeof asking !== 'string' && (
        <AnswersPanel key={version.value} asking={asking} preparation={state.prepare} asked={picture} ask={ask} />
      )}
      {picture.value !== undefined && asking === undefined && (
        <Notice kind="note">A picture needs a network with weights to be asked: open a file of one first.</Notice>
      )}
      <WeightsOfFile file={file} />
    </Lesson>
  )
}
