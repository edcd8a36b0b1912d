/** What all pages have in common, and where it stands. */
import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { ShowCode } from './show-code.tsx'

export interface LessonProps {
  /** The lecture's idea in a few sentences. */
  readonly idea: ComponentChildren
  /** The chapter that tells it in full, such as '01-neuron'. */
  readonly chapter: string
  readonly controls: ComponentChildren
  readonly exercise: ComponentChildren
  readonly program: ReadonlySignal<string>
  /** What is looked at and worked with. */
  readonly children: ComponentChildren
}

export function Lesson({ idea, chapter, controls, exercise, program, children }: LessonProps) {
  return (
    <div class="lesson">
      <section class="controls" aria-label="Settings">
        {controls}
      </section>
      <section class="stage" aria-label="Workbench">
        {children}
      </section>
      <div class="beside">
        <section class="idea" aria-label="The idea">
          {idea}
          <p>
            <a href={`./chapters/${chapter}.html`}>Chapter {Number(chapter.slice(0, 2))} of the lecture</a>
          </p>
        </section>
        {exercise}
        <ShowCode program={program} />
      </div>
    </div>
  )
}
