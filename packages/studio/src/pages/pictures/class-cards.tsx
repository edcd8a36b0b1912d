/** The classes with their pictures, and what can be done with them. */
import { type Signal, useSignal } from '@preact/signals'
import { FileButton } from '../../parts/file-button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { type Collection, className, renamed, withoutClass, withoutPictures } from './collection.ts'
import { Look, type LookPixels } from './look.tsx'

export interface ClassCardsProps {
  readonly collection: Collection
  readonly looks: ReadonlyMap<number, LookPixels>
  /** The class that new pictures are of which lie in no folder. */
  readonly chosen: Signal<string>
  /** The class whose pictures the webcam takes now; '' for none. */
  readonly recording: Signal<string>
  readonly isCameraOn: boolean
  readonly onEdit: (next: Collection) => void
  readonly onFiles: (files: readonly File[], label: string) => void
}

/** Pictures of a class that are shown at first, and how many more at a time. */
const [shownFirst, shownMore] = [12, 60]

export function ClassCards(props: ClassCardsProps) {
  return (
    <div class="class-cards">
      {props.collection.classes.map((name) => (
        <ClassCard key={name} name={name} {...props} />
      ))}
    </div>
  )
}

function ClassCard({
  name,
  collection,
  looks,
  chosen,
  recording,
  isCameraOn,
  onEdit,
  onFiles,
}: ClassCardsProps & { readonly name: string }) {
  const shown = useSignal(shownFirst)
  const own = collection.pictures.filter(({ label }) => label === name)
  const visible = own.slice(-shown.value).reverse()
  const isRecording = recording.value === name
  return (
    <section
      class={`class-card ${chosen.value === name ? 'chosen' : ''}`}
      aria-label={`Class ${name}`}
      onFocusCapture={() => {
        chosen.value = name
      }}
      onPointerDown={() => {
        chosen.value = name
      }}
    >
      <header>
        <input
          type="text"
          aria-label={`Name of the class ${name}`}
          value={name}
          onChange={({ currentTarget }) => {
            const next = renamed(collection, name, className(currentTarget.value))
            if (next.classes.includes(name)) currentTarget.value = name
            else chosen.value = className(currentTarget.value)
            onEdit(next)
          }}
        />
        <output>{own.length}</output>
      </header>
      <div class="looks">
        {visible.map(({ id }) => (
          <button
            key={id}
            type="button"
            title="Remove this picture"
            aria-label={`Remove picture ${id} of ${name}`}
            onClick={() => onEdit(withoutPictures(collection, new Set([id])))}
          >
            <Look pixels={looks.get(id)} />
          </button>
        ))}
        {own.length === 0 && <p class="hint">Drop pictures, or record them.</p>}
      </div>
      {own.length > shownFirst && (
        <button
          type="button"
          class="more"
          onClick={() => {
            shown.value = shown.value < own.length ? shown.value + shownMore : shownFirst
          }}
        >
          {shown.value < own.length ? `${own.length - shown.value} more` : 'Fewer'}
        </button>
      )}
      <footer>
        <FileButton
          label="Add"
          icon="add"
          accept="image/*"
          choose="several"
          onFiles={(files) => onFiles(files, name)}
        />
        <button
          type="button"
          aria-pressed={isRecording}
          disabled={!isCameraOn}
          title={isCameraOn ? 'Takes five pictures a second' : 'Start the webcam first'}
          onClick={() => {
            recording.value = isRecording ? '' : name
          }}
        >
          <Icon name={isRecording ? 'pause' : 'camera'} /> {isRecording ? 'Stop' : 'Record'}
        </button>
        <button
          type="button"
          aria-label={`Remove the class ${name}`}
          title="Remove the class"
          onClick={() => onEdit(withoutClass(collection, name))}
        >
          <Icon name="remove" />
        </button>
      </footer>
    </section>
  )
}
