/** Where a file is opened, and what it does not tell. */
import { FileButton } from '../../parts/file-button.tsx'
import { Notice } from '../../parts/notice.tsx'
import { bytesText } from '../../parts/quantity.ts'
import type { FoundFile, GivenFileState } from './use-given-file.ts'

/** What was chosen, by its place in a folder. */
export const chosenFiles = (files: readonly File[]): Promise<readonly FoundFile[]> =>
  Promise.resolve(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })))

export interface GivenFilePanelProps {
  readonly file: GivenFileState
  /** Whether something is held over the page. */
  readonly isOver: boolean
}

export function GivenFilePanel({ file: { opened, failure, isReading, take }, isOver }: GivenFilePanelProps) {
  const told = opened.value
  const open = (files: readonly File[]): void => void take(() => chosenFiles(files))
  return (
    <section class={`given-file ${isOver ? 'over' : ''}`} aria-label="A file of yours">
      <h2>A file of yours</h2>
      <div class="presets">
        <FileButton
          label="Open a file"
          accept=".safetensors,.onnx,.pth,.pt,.bin,.ckpt,.npy,.npz,.zip"
          disabled={isReading.value}
          onFiles={open}
        />
        <FileButton label="Open a run folder" choose="folder" disabled={isReading.value} onFiles={open} />
      </div>
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      {isReading.value ? (
        <p role="status">Reading…</p>
      ) : told === undefined ? (
        <p class="hint">
          Or drop it anywhere: safetensors, ONNX, a .pth of PyTorch, Teachable Machine’s zip, or the folder of a
          training: its network, its weights, and its answers on your picture. It stays on this machine.
        </p>
      ) : (
        <p role="status">
          {told.facts.name}: {told.facts.format}, {bytesText(told.facts.bytes)}, {told.facts.tensors.length}{' '}
          {told.facts.tensors.length === 1 ? 'tensor' : 'tensors'}. {told.remarks.map((remark) => `${remark} `)}
        </p>
      )}
    </section>
  )
}
