import { messageOf } from '../engine/message-of.ts'
import { Notice } from '../parts/notice.tsx'

/** What is shown in place of something that failed: the message, and the way on. */
export function Failure({ error, what }: { readonly error: unknown; readonly what: string }) {
  return (
    <Notice kind="error">
      {messageOf(error)} (in {what}). Reload to try again; the address keeps your settings.
    </Notice>
  )
}
