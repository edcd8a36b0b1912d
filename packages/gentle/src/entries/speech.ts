/**
 * Sounds: WAV files, sampling rates, spectrograms, and what makes them of many kinds for training.
 * @module gentle-dl/speech
 */
export * from '../speech/index.ts'
export {
  openTranscriber,
  type SpeechEncoding,
  StreamingTranscriber,
  speechEncodingFrom,
  type TranscribeOptions,
  Transcriber,
  type Transcript,
  type WordTiming,
} from '../train/transcriber.ts'
