import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Programs that tests use and npm does not bring, with the Debian package that does. */
const needed = [
  { name: 'a Chromium browser', commands: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'] },
  { name: 'redis-server', commands: ['redis-server'], packages: ['redis-server'] },
  { name: 'oathtool', commands: ['oathtool'], packages: ['oathtool'] },
] as const

/**
 * Installs what is missing with apt where that is allowed (root on Debian or Ubuntu).
 * @throws Error naming every missing program and how to get it
 */
export function installNeededPrograms(): void {
  const missing = needed.filter(({ commands }) => !commands.some(isOnPath))
  if (missing.length === 0) return
  const packages = missing.flatMap((program) => program.packages)
  if (process.getuid?.() === 0 && isDebian()) {
    console.log(`installing ${packages.join(', ')} with apt`)
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', ['update', '-qq'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: environment,
      timeout: 300_000,
    })
    // A service that the package starts by itself would only be in the way.
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...environment, RUNLEVEL: '1' },
      timeout: 600_000,
    })
  }
  const still = needed.filter(({ commands }) => !commands.some(isOnPath))
  if (still.length > 0)
    throw new Error(
      `The tests need ${still.map(({ name }) => name).join(', ')}. On Debian or Ubuntu: sudo apt-get install ${still.flatMap((program) => program.packages).join(' ')}`,
    )
}

/** The browser that end-to-end tests drive. */
export function chromiumPath(): string {
  const command = needed[0].commands.find(isOnPath)
  if (!command) throw new Error('there is no Chromium: sudo apt-get install chromium')
  return execFileSync('which', [command], { encoding: 'utf8' }).trim()
}

function isOnPath(command: string): boolean {
  return spawnSync('which', [command], { stdio: 'ignore' }).status === 0
}

function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'))
}
