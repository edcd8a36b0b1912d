/** `gentle translate`: its arguments and options. */
import type { Command } from 'commander'
import { translate } from '../translation/translate.ts'
import { finishWith, number } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('<run>', 'a run folder or a weights file of gnmt')
    .argument('[text...]', 'texts to translate; without them, lines of standard input or typed in the terminal')
    .option('--beam-size <n>', 'beam size (default: 4)', number)
    .option('--n-best <n>', 'number of translations per text (default: 1)', number)
    .option('--length-penalty <alpha>', 'favours longer translations: α of GNMT (default: 0.2)', number)
    .option('--coverage-penalty <beta>', 'penalizes leaving out parts of a text: β of GNMT (default: 0)', number)
    .option('--out <file>', 'draw the attention weights, as .svg')
    .option('--json', 'print JSON')
    .option('--quiet', 'print only the translations, one per line')
    .action(async (run, texts, flags) => finishWith(await translate(run, texts, flags)))
}
