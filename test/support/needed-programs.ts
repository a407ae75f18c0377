import { execFileSync } from 'node:child_process'
import { domainPrograms, installPrograms, isOnPath } from '../../infra/practice/install-programs.ts'

const browsers = ['chromium', 'chromium-browser', 'google-chrome']

/**
 * Programs that tests use and npm does not bring are installed with apt where that is allowed (root on Debian or Ubuntu).
 * @throws Error naming every missing program and how to get it
 */
export function installNeededPrograms(): void {
  installPrograms(
    [
      { name: 'a Chromium browser', commands: browsers, packages: ['chromium'] },
      { name: 'redis-server', commands: ['redis-server'], packages: ['redis-server'] },
      { name: 'oathtool', commands: ['oathtool'], packages: ['oathtool'] },
      ...domainPrograms,
      { name: 'ldapsearch', commands: ['ldapsearch'], packages: ['ldap-utils'] },
    ],
    'The tests need',
  )
}

/** The browser that end-to-end tests drive. */
export function chromiumPath(): string {
  const command = browsers.find(isOnPath)
  if (!command) throw new Error('there is no Chromium: sudo apt-get install chromium')
  return execFileSync('which', [command], { encoding: 'utf8' }).trim()
}
