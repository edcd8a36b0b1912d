/** Small drawings on buttons, of strokes in a square of 24. */
const paths = {
  undo: 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6',
  redo: 'm15 7 5 5-5 5m5-5H10a6 6 0 0 0-6 6',
  reset: 'M5 5v5h5M5.5 10A8 8 0 1 1 4 14',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1m2 4a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  class: 'M3 5h18v11H3zM8 20h8m-4-4v4',
  system: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
  light: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v3m0 14v3M2 12h3m14 0h3M5 5l2 2m10 10 2 2M5 19l2-2M17 7l2-2',
  dark: 'M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10',
  play: 'M7 5v14l12-7z',
  pause: 'M8 5v14m8-14v14',
  next: 'M6 5v14l9-7zM18 5v14',
  previous: 'M18 5v14l-9-7zM6 5v14',
  start: 'M19 5v14l-9-7zM10 5v14l-5-7zM4 5v14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  add: 'M12 5v14M5 12h14',
  remove: 'M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13',
  open: 'M12 16V4m-5 5 5-5 5 5M4 20h16',
  download: 'M12 4v12m-5-5 5 5 5-5M4 20h16',
  camera: 'M4 7h4l2-2h4l2 2h4v12H4zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
