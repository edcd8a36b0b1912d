/** The classifier as files. */
import { Icon } from '../../parts/icon.tsx'
import { modelFile, onnxFile, useFile, useProgram } from './program.ts'

export interface ExportsProps {
  readonly hasClassifier: boolean
  readonly hasPictures: boolean
  readonly side: number
  readonly classes: readonly string[]
  readonly onSave: (what: 'safetensors' | 'onnx' | 'program' | 'pictures') => void
}

export function Exports({ hasClassifier, hasPictures, side, classes, onSave }: ExportsProps) {
  return (
    <section class="exports" aria-label="Save">
      <h2>Save</h2>
      <div class="presets">
        <button type="button" disabled={!hasClassifier} onClick={() => onSave('safetensors')}>
          <Icon name="download" /> {modelFile}
        </button>
        <button type="button" disabled={!hasClassifier} onClick={() => onSave('onnx')}>
          <Icon name="download" /> {onnxFile}
        </button>
        <button type="button" onClick={() => onSave('program')}>
          <Icon name="download" /> {useFile}
        </button>
        <button type="button" disabled={!hasPictures} onClick={() => onSave('pictures')}>
          <Icon name="download" /> Save the pictures
        </button>
      </div>
      <details class="code-box">
        <summary>The program that uses it</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
        <pre tabIndex={0}>
          <code>{useProgram}</code>
        </pre>
        {hasClassifier && (
          <p>
            The ONNX file takes <code>input</code> [batch, 3, {side}, {side}]: red, green and blue from 0 to 1. It gives{' '}
            <code>output</code> [batch, {classes.length}], scores of {classes.join(', ')}; their softmax is the
            probabilities.
          </p>
        )}
      </details>
    </section>
  )
}
