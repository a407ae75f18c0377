import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** A program that npm does not bring, under any of its names, with the Debian packages that do. */
export interface Program {
  readonly name: string
  readonly commands: readonly string[]
  readonly packages: readonly string[]
}

/** What a domain controller of one's own needs. */
export const domainPrograms: readonly Program[] = [
  {
    name: 'Samba',
    commands: ['samba'],
    packages: ['samba', 'samba-ad-provision', 'samba-ad-dc', 'winbind', 'python3-samba'],
  },
]

/**
 * Installs what is missing with apt where that is allowed (root on Debian or Ubuntu).
 * @param who begins the sentence of the error, such as `The tests need`
 * @throws Error naming every missing program and how to get it
 */
export function installPrograms(programs: readonly Program[], who: string): void {
  const missing = programs.filter(({ commands }) => !commands.some(isOnPath))
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
    // A service that a package starts by itself would only be in the way.
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...environment, RUNLEVEL: '1' },
      timeout: 600_000,
    })
  }
  const still = programs.filter(({ commands }) => !commands.some(isOnPath))
  if (still.length > 0)
    throw new Error(
      `${who} ${still.map(({ name }) => name).join(', ')}. On Debian or Ubuntu: sudo apt-get install ${still.flatMap((program) => program.packages).join(' ')}`,
    )
}

/** Whether a command is there; Debian keeps those of administrators where not everybody's path leads. */
export function isOnPath(command: string): boolean {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin` }
  return spawnSync('which', [command], { stdio: 'ignore', env }).status === 0
}

function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'))
}
