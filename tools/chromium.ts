/** How tests launch a browser. */
import { existsSync } from 'node:fs'
import type { LaunchOptions } from 'playwright-core'

const debian = '/usr/bin/chromium'

/** Debian's Chromium where it is installed, else the one that `npx playwright install chromium` brings; quiet on the network. */
export const chromiumLaunch: LaunchOptions = {
  executablePath: existsSync(debian) ? debian : undefined,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}
