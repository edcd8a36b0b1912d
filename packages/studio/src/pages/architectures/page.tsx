/** Networks from LeNet to GNMT as graphs that unfold, two side by side, and a builder for one's own. */

import { batch, computed, effect, useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { AddressError, choiceField, type Field, flagField, integerField } from '../../app/fields.ts'
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { latest } from '../../engine/latest.ts'
import { messageOf } from '../../engine/message-of.ts'
import { Choice } from '../../parts/choice.tsx'
import { Exercise } from '../../parts/exercise.tsx'
import { type FoundFile, givenFiles } from '../../parts/files-in-entries.ts'
import { Lesson } from '../../parts/lesson.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Select } from '../../parts/select.tsx'
import { Slider } from '../../parts/slider.tsx'
import { useDroppedFiles } from '../../parts/use-dropped-files.ts'
import { type Preparation, preparations } from './answers.ts'
import { AnswersPanel, type AskedNetwork } from './answers-panel.tsx'
import './architectures.css'
import { Builder } from './builder.tsx'
import { DifferencesList } from './differences-list.tsx'
import { exerciseAnswer, mostParameters } from './exercise.ts'
import { GivenFilePanel } from './given-file-panel.tsx'
import { GraphView, type Measure, measures } from './graph-view.tsx'
import { LayerFacts } from './layer-facts.tsx'
import { layersField, layersFrom, presets } from './layers.ts'
import { meantFiles } from './meant-files.ts'
import { type Beside, besideTitles, type GivenName, isGiven, type Shown, shownTitles } from './names.ts'
import { type GivenProgram, program } from './program.ts'
import { SaveNetwork } from './save-network.tsx'
import type { Question, Seen, Sight } from './session.ts'
import type { TensorDifferences } from './tensor-differences.ts'
import { TensorDifferencesList } from './tensor-differences-list.tsx'
import { TotalsTable } from './totals-table.tsx'
import { type GivenFileState, useGivenFile } from './use-given-file.ts'
import { WeightsOfFile } from './weights-of-file.tsx'
import type { Asked, Opened } from './worker.ts'

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
  cam: flagField(false),
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

export default function ArchitecturesPage() {
  const state = usePageState(fields)
  const worker = useWorker('architectures')
  const sight = useSignal<Sight>({})
  /** Of which question the sight is the answer: a network that was chosen is not shown by the other's name. */
  const asked = useSignal<Question | undefined>(undefined)
  const failure = useSignal('')
  /** The picture that the network of a file is asked about. */
  const picture = useSignal<Asked | undefined>(undefined)
  /** Grows when another file is open. */
  const version = useSignal(0)
  const tensors = useSignal<TensorDifferences | undefined>(undefined)
  const compareTensors = async (): Promise<void> => {
    const compared = version.value
    tensors.value = undefined
    const found = await worker.compareTensors()
    if (version.peek() === compared) tensors.value = found
  }
  const takeOpened = (name: GivenName, { opening }: Opened): void => {
    version.value++
    state.layer.value = -1
    if (opening !== undefined) {
      if (name === 'given') state.network.value = name
      else state.beside.value = name
      state.open.value = []
    }
  }
  const given = useGivenFile(worker, 'given', (opened) => takeOpened('given', opened))
  const other = useGivenFile(worker, 'other', (opened) => takeOpened('other', opened))
  const files: Readonly<Record<GivenName, GivenFileState>> = { given, other }
  /** Opens the file that is meant among some, or the two. */
  const take = async (name: GivenName, find: () => Promise<readonly FoundFile[]>): Promise<void> => {
    try {
      const found = await find()
      if (found.length === 0) return
      const [one, two] = meantFiles(found)
      if (two === undefined) await files[name].open(one)
      else {
        await given.open(one)
        await other.open(two)
      }
      await compareTensors()
    } catch (error) {
      files[name].fail(error)
    }
  }
  const isOver = useDroppedFiles((dropped, entries, target) => {
    const [first] = dropped
    const name = target.closest<HTMLElement>('[data-given]')?.dataset.given === 'other' ? 'other' : 'given'
    if (dropped.length === 1 && isPicture(first)) picture.value = { picture: first, name: first.name }
    else void take(name, () => givenFiles(dropped, entries, mostFiles))
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
          given: isGiven(state.network.value) ? givenProgram(files[state.network.value].opened.value) : undefined,
          beside: isGiven(state.beside.value) ? givenProgram(files[state.beside.value].opened.value) : undefined,
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
  const titleOf = (name: Shown): string => {
    const opened = isGiven(name) ? files[name].opened.value : undefined
    return opened?.opening === undefined ? shownTitles[name] : opened.facts.name
  }
  const open = [given, other].flatMap(({ name, opened }) =>
    opened.value === undefined ? [] : [{ name, opened: opened.value }],
  )
  const networks = useMemo(
    () =>
      open.flatMap(({ name, opened: { asking, facts } }): AskedNetwork[] =>
        asking === undefined || typeof asking === 'string'
          ? []
          : [
              {
                key: `${name} ${version.value}`,
                title: facts.name,
                asking,
                // A worker's functions are new ones whenever they are taken from it.
                ask: (question, preparation) => worker.ask(name, question, preparation),
                explain: (question, preparation, label) => worker.explain(name, question, preparation, label),
              },
            ],
      ),
    [version.value],
  )
  const hasTwo = open.length === 2
  const hasOther = open.length > 0 || state.beside.value === 'other' || other.failure.value !== ''
  const usesBuilder = state.network.value === 'own' || state.beside.value === 'own'

  /** Of both sides; of a file only where one is open. */
  const costs = (['first', 'second'] as const).flatMap((side) => {
    const name = question?.[side]
    const totals = looksAt(side)?.totals
    return name === undefined || (isGiven(name) && totals === undefined) ? [] : [[titleOf(name), totals] as const]
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
            {isGiven(name)
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
          {!isGiven(state.network.value) && (
            <Slider label="Seed of its first weights" value={state.seed} min={0} max={99} />
          )}
          <SaveNetwork
            shown={state.network.value}
            name={
              isGiven(state.network.value)
                ? baseName(files[state.network.value].opened.value?.facts.name ?? state.network.value)
                : state.network.value
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
      <div class="given-files">
        {(hasOther ? [given, other] : [given]).map((file) => (
          <GivenFilePanel
            key={file.name}
            file={file}
            isOver={isOver.value}
            onFiles={(found) => void take(file.name, async () => found)}
          />
        ))}
      </div>
      {open.map(
        ({ name, opened: { asking, facts } }) =>
          typeof asking === 'string' && (
            <p class="hint" key={name}>
              {hasTwo && `${facts.name}: `}
              {asking}
            </p>
          ),
      )}
      {networks.length > 0 && (
        <AnswersPanel
          key={String(networks.some(({ asking }) => asking.takesDigits))}
          networks={networks}
          preparation={state.prepare}
          isExplained={state.cam}
          asked={picture}
        />
      )}
      {picture.value !== undefined && networks.length === 0 && (
        <Notice kind="note">A picture needs a network with weights to be asked: open a file of one first.</Notice>
      )}
      {hasTwo && tensors.value !== undefined && (
        <TensorDifferencesList
          differences={tensors.value}
          files={[open[0].opened.facts.name, open[1].opened.facts.name]}
          onChoose={(tensor) => {
            for (const file of [given, other]) void file.lookAt(tensor)
          }}
        />
      )}
      <div class="given-files">
        {open.map(({ name }) => (
          <WeightsOfFile key={name} file={files[name]} isAlone={!hasTwo} />
        ))}
      </div>
    </Lesson>
  )
}
