/** Saves a network as a file that others read, or as the program that makes it. */

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { messageOf } from '../../engine/message-of.ts'
import { Icon } from '../../parts/icon.tsx'
import { Notice } from '../../parts/notice.tsx'
import { saveFile } from '../../parts/save-file.ts'
import type { ExportFormat } from './export-network.ts'
import { isGiven, type Shown } from './names.ts'

export interface SaveNetworkProps {
  readonly shown: Shown
  /** What the saved files are called, without their endings. */
  readonly name: string
  readonly program: string
  readonly fileOf: (format: ExportFormat) => Promise<Uint8Array<ArrayBuffer>>
}

export function SaveNetwork({ shown, name, program, fileOf }: SaveNetworkProps) {
  const making = useSignal('')
  const failure = useSignal('')
  // What went wrong with one network says nothing of the next.
  useEffect(() => {
    failure.value = ''
  }, [shown, program])
  const save = async (format: ExportFormat): Promise<void> => {
    making.value = format
    failure.value = ''
    try {
      saveFile(await fileOf(format), `${name}.${format}`)
    } catch (error) {
      failure.value = messageOf(error)
    }
    making.value = ''
  }
  return (
    <>
      <div class="presets save" role="group" aria-label="Save the network">
        <button type="button" disabled={making.value !== ''} onClick={() => save('safetensors')}>
          <Icon name="download" /> safetensors
        </button>
        <button type="button" disabled={making.value !== ''} onClick={() => save('onnx')}>
          <Icon name="download" /> ONNX
        </button>
        <button type="button" onClick={() => saveFile(program, `${name}.ts`)}>
          <Icon name="download" /> TypeScript
        </button>
      </div>
      {making.value !== '' && <p role="status">{isGiven(shown) ? 'Writing the file…' : 'Drawing the weights…'}</p>}
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
    </>
  )
}
