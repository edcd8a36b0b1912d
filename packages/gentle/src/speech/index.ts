/** Sounds: the public entry `gentle-dl/speech`. */
export { alignSymbols } from './align.ts'
export { augmentSound, lengthAtSpeed, randomSpeed } from './augmentation/augment-sound.ts'
export { maskSpectrogram } from './augmentation/mask-spectrogram.ts'
export {
  checkSoundPolicy,
  type MaskPolicy,
  maskPolicies,
  type NoisePolicy,
  type SoundPolicy,
  type Span,
} from './augmentation/sound-policy.ts'
export { CtcBeamSearch, type CtcBeamSearchOptions, type CtcHypothesis } from './ctc/beam-search.ts'
export { type CtcPath, ctcGreedy } from './ctc/greedy.ts'
export type { DecodingLanguage } from './ctc/spelling.ts'
export { resample, resampledLength } from './resample.ts'
export { durationOf, mixDown, type Sound } from './sound.ts'
export { RealFourier } from './spectra/fourier.ts'
export { type FrameOptions, Frames } from './spectra/frames.ts'
export { fromMel, type MelFilters, type MelOptions, type MelScale, melFilters, toMel } from './spectra/mel.ts'
export { Spectrogram, type SpectrogramOptions } from './spectra/spectrogram.ts'
export { spectrogramImage } from './spectra/spectrogram-image.ts'
export { type WindowKind, type WindowName, windowSamples } from './spectra/windows.ts'
export { ResampleStream, SpectrogramStream } from './streams.ts'
export { SymbolTable } from './text/symbol-table.ts'
export { type TranscriptOptions, transcriptText, wordsOf } from './text/transcript-text.ts'
export type { WaveEncoding } from './wave/encodings.ts'
export { readWave, type WaveSound } from './wave/read-wave.ts'
export { readWaveHeader, type WaveHeader } from './wave/wave-header.ts'
export { type WriteWaveOptions, writeWave } from './wave/write-wave.ts'
