/** `gentle filter`: its arguments and options. */
import type { Command } from 'commander'
import { filter } from '../pictures/filter.ts'
import { finishWith } from './declaration.ts'

export function declare(command: Command): void {
  command
    .argument('[image]', 'a picture, read as numbers from 0 to 255; or numbers as .npy or .csv')
    .option('--kernel <rows>', "the numbers of the kernel, such as '1 0 -1; 1 0 -1; 1 0 -1'")
    .option('--preset <name>', 'a named kernel, such as sobel-x or gaussian:size=7,sigma=2')
    .option('--list', 'list the presets and their numbers')
    .option('--out <file>', 'output file: .png, .jpg or .webp; .npy or .csv for the raw numbers')
    .option('--channels <how>', 'grey: convert to grey first; each: filter every channel separately', 'grey')
    .option('--stride <SxT>', 'stride in pixels, down x across (default: 1)')
    .option('--dilation <SxT>', 'dilation in pixels, down x across (default: 1)')
    .option('--shape <name>', 'size of the result: full, same or valid (default: full)')
    .option(
      '--operation <name>',
      'convolution, which rotates the kernel by 180 degrees, or correlation (default: convolution)',
    )
    .option('--padding <name>', 'padding beyond the edge: zero, reflect, replicate or wrap (default: zero)')
    .option('--abs', 'take absolute values')
    .option('--normalize', 'rescale the result so that its minimum is 0 and its maximum 1')
    .option('--explain <X,Y>', 'print how the value of one output pixel is computed')
    .action(async (image, flags) => finishWith(await filter(image, flags)))
}
