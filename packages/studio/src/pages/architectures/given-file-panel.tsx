/** Where a file is opened, and what it does not tell. */
import { FileButton } from '../../parts/file-button.tsx'
import { type FoundFile, foundFiles } from '../../parts/files-in-entries.ts'
import { Notice } from '../../parts/notice.tsx'
import { bytesText } from '../../parts/quantity.ts'
import type { GivenName } from './names.ts'
import type { GivenFileState } from './use-given-file.ts'

/** Of each file what it is called, and what can be given while nothing is. */
const invitations: Readonly<Record<GivenName, { readonly title: string; readonly hint: string }>> = {
  given: {
    title: 'A file of yours',
    hint: 'Or drop it anywhere: safetensors, ONNX, a .pth of PyTorch, Keras’ .keras or .h5, Teachable Machine’s zip, or the folder of a training: its network, its weights, and its answers on your picture. Two files that are dropped together are compared. They stay on this machine.',
  },
  other: {
    title: 'A second file, beside it',
    hint: 'Or drop it here: the two networks are compared layer by layer, their weights tensor by tensor, and both answer on your picture.',
  },
}

export interface GivenFilePanelProps {
  readonly file: GivenFileState
  /** Whether something is held over the page. */
  readonly isOver: boolean
  readonly onFiles: (files: readonly FoundFile[]) => void
}

export function GivenFilePanel({ file, isOver, onFiles }: GivenFilePanelProps) {
  const { name, opened, failure, isReading } = file
  const { title, hint } = invitations[name]
  const told = opened.value
  const open = (files: readonly File[]): void => onFiles(foundFiles(files))
  return (
    <section class={`given-file ${isOver ? 'over' : ''}`} aria-label={title} data-given={name}>
      <h2>{title}</h2>
      <div class="presets">
        <FileButton
          label="Open a file"
          accept=".safetensors,.onnx,.pth,.pt,.bin,.ckpt,.npy,.npz,.zip,.h5,.hdf5,.keras"
          disabled={isReading.value}
          onFiles={open}
        />
        <FileButton label="Open a run folder" choose="folder" disabled={isReading.value} onFiles={open} />
      </div>
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      {isReading.value ? (
        <p role="status">Reading…</p>
      ) : told === undefined ? (
        <p class="hint">{hint}</p>
      ) : (
        <p role="status">
          {told.facts.name}: {told.facts.format}, {bytesText(told.facts.bytes)}, {told.facts.tensors.length}{' '}
          {told.facts.tensors.length === 1 ? 'tensor' : 'tensors'}. {told.remarks.map((remark) => `${remark} `)}
        </p>
      )}
    </section>
  )
}
