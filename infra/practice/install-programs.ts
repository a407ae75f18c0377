import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** A program that npm does not bring, with the Debian packages that do. */
export interface Program {
  readonly name: string
  /** Any one of them. */
  readonly commands?: readonly string[]
  /** Every one of them. */
  readonly files?: readonly string[]
  readonly packages: readonly string[]
}

/** What a domain controller of one's own needs. */
export const domainPrograms: readonly Program[] = [
  { name: 'Samba', commands: ['samba'], packages: ['samba', 'samba-ad-dc', 'winbind'] },
  {
    name: 'what Samba makes a domain with',
    files: ['/usr/share/samba/setup/provision.ldif'],
    packages: ['samba-ad-provision'],
  },
  { name: "Samba's Python", files: ['/usr/lib/python3/dist-packages/samba/samdb.py'], packages: ['python3-samba'] },
]

/**
 * Installs what is missing with apt where that is allowed (root on Debian or Ubuntu).
 * @param who begins the sentence of the error, such as `The tests need`
 * @throws Error naming every missing program and how to get it
 */
export function installPrograms(programs: readonly Program[], who: string): void {
  const missing = programs.filter((program) => !isThere(program))
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
  const still = programs.filter((program) => !isThere(program))
  if (still.length > 0)
    throw new Error(
      `${who} ${still.map(({ name }) => name).join(', ')}. On Debian or Ubuntu: sudo apt-get install ${still.flatMap((program) => program.packages).join(' ')}`,
    )
}

/** Whether a command is there; Debian keeps samba where not everybody looks. */
export function isOnPath(command: string): boolean {
  const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` }
  return spawnSync('which', [command], { stdio: 'ignore', env: environment }).status === 0
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

function isThere({ commands, files }: Program): boolean {
  return (commands === undefined || commands.some(isOnPath)) && (files === undefined || files.every(existsSync))
}

function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'))
}
