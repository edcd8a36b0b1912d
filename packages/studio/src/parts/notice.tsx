import type { ComponentChildren } from 'preact'

/** A message: an error is read out at once, the others when there is time. */
export function Notice({
  kind,
  children,
}: {
  readonly kind: 'note' | 'warning' | 'error'
  readonly children: ComponentChildren
}) {
  return (
    <p class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </p>
  )
}
