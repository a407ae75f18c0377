import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { cp, lstat, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { bulkUsers } from './bulk-users.ts'
import { runTool } from './programs.ts'
import { type DomainSecrets, provision } from './provision.ts'

const secrets = z.strictObject({ administratorPassword: z.string(), servicePassword: z.string() })

/** A domain made once and kept in the temporary folder of this machine, for copies. */
export interface Template {
  readonly folder: string
  readonly secrets: DomainSecrets
}

const made = new Map<string, Promise<Template>>()

/** The plain domain: no people in it but the administrator and the service account. Made in a few seconds, once. */
export function plainTemplate(): Promise<Template> {
  return keptTemplate('plain', provision)
}

/**
 * The domain with so many users in People, `person000001` and on, of whom nobody can sign in. They are written into the database while
 * nobody has it open, about a thousand a second, once.
 */
export function bulkTemplate(count: number): Promise<Template> {
  return keptTemplate(`bulk-${count}`, async (folder) => {
    const plain = await plainTemplate()
    await copyTemplate(plain, folder)
    await bulkUsers(folder, count)
    return plain.secrets
  })
}

/**
 * A template of this name, from the temporary folder or made now. What it is made of is part of its name, so that it is never older
 * than the code that makes it. Two processes may make it at once: one of them puts its own in place, and both use that.
 */
export function keptTemplate(name: string, make: (folder: string) => Promise<DomainSecrets>): Promise<Template> {
  const known = made.get(name)
  if (known) return known
  const making = findOrMake(name, make)
  made.set(name, making)
  making.catch(() => made.delete(name))
  return making
}

/** Copies a template, but for the sockets that its process left. */
export async function copyTemplate(template: Template, folder: string): Promise<void> {
  await cp(join(template.folder, 'dc'), folder, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: async (source) => !(await lstat(source)).isSocket(),
  })
}

async function findOrMake(name: string, make: (folder: string) => Promise<DomainSecrets>): Promise<Template> {
  const { uid } = userInfo()
  const folder = join(tmpdir(), `helpbot-domain-${uid}-${name}-${await recipeHash()}`)
  const kept = await readTemplate(folder, uid)
  if (kept) return kept
  const workshop = await mkdtemp(`${folder}-making-`)
  try {
    const fresh = await make(join(workshop, 'dc'))
    await writeFile(join(workshop, 'secrets.json'), JSON.stringify(fresh), { mode: 0o600 })
    // Fails where another process has put its own there in the meantime.
    await rename(workshop, folder).catch(() => undefined)
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
  const placed = await readTemplate(folder, uid)
  if (!placed) throw new Error(`${folder} cannot be used as a template of a domain: remove it`)
  return placed
}

/** undefined where there is none yet. @throws when somebody else made it: it holds passwords, and a database that is trusted */
async function readTemplate(folder: string, uid: number): Promise<Template | undefined> {
  const status = await lstat(folder).catch(() => undefined)
  if (!status) return undefined
  if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o077) !== 0)
    throw new Error(`${folder} is not ours alone: remove it`)
  return { folder, secrets: secrets.parse(JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'))) }
}

/** Of everything that a template is made of: the version of Samba, and the files that say how. */
async function recipeHash(): Promise<string> {
  const sources = [
    'provision.ts',
    'recipe.ts',
    'grants.ts',
    'run-config.ts',
    'objects.ts',
    'samba-tool.py',
    'bulk-users.py',
  ]
  const hash = createHash('sha256').update(await runTool('samba', ['--version']))
  for (const source of sources) hash.update(await readFile(join(import.meta.dirname, source)))
  return hash.digest('hex').slice(0, 16)
}
