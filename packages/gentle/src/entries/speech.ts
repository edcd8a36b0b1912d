/** Sounds: WAV files, sampling rates, spectrograms, and what makes them of many kinds for training. */
export * from '../speech/index.ts'
