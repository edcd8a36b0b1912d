/** `gentle transcribe`: its arguments and options. */
import type { Command } from 'commander'
import { transcribe } from '../speech/transcribe.ts'
import { finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<run>', 'a run folder or a weights file of deepspeech')
    .argument(
      '[sound...]',
      'WAV files of any sample rate, and other formats; without them standard input: WAV, or raw samples with --sample-rate',
    )
    .option('--beam-size <n>', 'beam size (default: 32); 1 for greedy decoding', number)
    .option(
      '--language-model <file>',
      'an ARPA file, of words or letters, or none (default: the language model of the run)',
    )
    .option('--sample-rate <n>', 'sample rate in Hz of raw input (16-bit little-endian mono)', number)
    .option('--out <file>', 'draw the spectrogram with the letters above it at their times, as .svg or .png')
    .option('--json', 'print JSON, with the times of words and letters')
    .option('--quiet', 'print only the texts, one per line')
    .action(async (run, sounds, flags) => finishWith(await transcribe(run, sounds, flags)))
}
