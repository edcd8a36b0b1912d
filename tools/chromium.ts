/** How tests launch a browser. */
import { existsSync } from 'node:fs'
import type { LaunchOptions } from 'playwright-core'

const debian = '/usr/bin/chromium'

/**
 * Pages that the browser's own address field is made of. They load anew with each window, although nobody sees it, and cost 0.6 s of a processor then,
 * more than most pages of ours.
 */
const addressField = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup']

/** What Playwright turns off in Chromium: of two such switches the last one holds. */
const offInPlaywright = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
]

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
    `--disable-features=${[...addressField, ...offInPlaywright].join(',')}`,
  ],
}
