/** How tests launch Firefox. */
import { existsSync } from 'node:fs'
import type { LaunchOptions } from 'puppeteer-core'

const debian = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path))

/** Debian's Firefox over WebDriver BiDi, quiet on the network; undefined where it is not installed. */
export const firefoxLaunch: LaunchOptions | undefined =
  debian === undefined
    ? undefined
    : {
        browser: 'firefox',
        executablePath: debian,
        headless: true,
        extraPrefsFirefox: {
          'app.normandy.enabled': false,
          'network.captive-portal-service.enabled': false,
          'network.connectivity-service.enabled': false,
          'services.settings.server': 'http://127.0.0.1:9',
        },
      }
