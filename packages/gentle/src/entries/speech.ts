/**
 * Sounds: WAV files, sampling rates, spectrograms, and what makes them of many kinds for training.
 * @module gentle-dl/speech
 */
export * from '../speech/index.ts'
export {
  type HeardWord,
  ListeningTranscriber,
  openTranscriber,
  type SpeechEncoding,
  speechEncodingFrom,
  type TranscribeOptions,
  Transcriber,
  type Transcript,
} from '../train/transcriber.ts'
