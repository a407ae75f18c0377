import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

interface Needed {
  readonly name: string
  /** Any one of them. */
  readonly commands?: readonly string[]
  /** Every one of them. */
  readonly files?: readonly string[]
  readonly packages: readonly string[]
}

/** Programs that tests use and npm does not bring, with the Debian package that does. */
const needed = [
  { name: 'a Chromium browser', commands: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'] },
  { name: 'redis-server', commands: ['redis-server'], packages: ['redis-server'] },
  { name: 'oathtool', commands: ['oathtool'], packages: ['oathtool'] },
  { name: 'Samba', commands: ['samba'], packages: ['samba', 'samba-ad-dc', 'winbind'] },
  {
    name: 'what Samba makes a domain with',
    files: ['/usr/share/samba/setup/provision.ldif'],
    packages: ['samba-ad-provision'],
  },
  { name: "Samba's Python", files: ['/usr/lib/python3/dist-packages/samba/samdb.py'], packages: ['python3-samba'] },
  { name: 'ldapsearch', commands: ['ldapsearch'], packages: ['ldap-utils'] },
] as const satisfies readonly Needed[]

/**
 * Installs what is missing with apt where that is allowed (root on Debian or Ubuntu).
 * @throws Error naming every missing program and how to get it
 */
export function installNeededPrograms(): void {
  const missing = needed.filter((program) => !isThere(program))
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
    withoutStarting(() =>
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...environment, RUNLEVEL: '1' },
        timeout: 600_000,
      }),
    )
  }
  const still = needed.filter((program) => !isThere(program))
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

/**
 * Services that packages start by themselves would only be in the way, and Samba's would share files with the network. RUNLEVEL is
 * heeded where there is no systemd; with it, what counts is a policy-rc.d, there for as long as this takes.
 */
function withoutStarting(install: () => void): void {
  const policy = '/usr/sbin/policy-rc.d'
  const isOurs = !existsSync(policy)
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    install()
  } finally {
    if (isOurs) rmSync(policy, { force: true })
  }
}

function isThere({ commands, files }: Needed): boolean {
  return (commands === undefined || commands.some(isOnPath)) && (files === undefined || files.every(existsSync))
}

function isOnPath(command: string): boolean {
  // Debian keeps samba where not everybody looks.
  const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` }
  return spawnSync('which', [command], { stdio: 'ignore', env: environment }).status === 0
}

function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'))
}
