/** `gentle manual`: its arguments and options. */
import type { Command } from 'commander'
import { manualPage } from '../shell/manual.ts'

export function declare(command: Command): void {
  command.action(() => void process.stdout.write(manualPage(command.parent!)))
}
