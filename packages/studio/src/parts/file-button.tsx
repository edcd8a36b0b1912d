import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon, type IconName } from './icon.tsx'

export interface FileButtonProps {
  readonly label: string
  readonly icon?: IconName
  readonly accept?: string
  /** Whether several files, or a folder, may be chosen; one file unless given. */
  readonly choose?: 'several' | 'folder'
  readonly disabled?: boolean
  readonly onFiles: (files: readonly File[]) => void
}

/** A button that lets somebody choose files. */
export function FileButton({ label, icon = 'open', accept, choose, disabled, onFiles }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    input.current!.webkitdirectory = choose === 'folder'
  }, [choose])
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple={choose !== undefined}
        hidden
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])])
          // So that the same file can be chosen again when it has changed.
          currentTarget.value = ''
        }}
      />
      <button type="button" disabled={disabled} onClick={() => input.current?.click()}>
        <Icon name={icon} /> {label}
      </button>
    </>
  )
}
