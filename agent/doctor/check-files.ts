import { stat } from 'node:fs/promises'
import { readPassword } from '../config.ts'
import type { IdentityFile } from '../keys.ts'
import { type Finding, missing, ok, warning } from './finding.ts'
import { quoted } from './rights.ts'

/** Anybody but the owner. */
const others = 0o077

/** Whether only the service account's own files are read by it alone: the data folder, and the file of the bind password. */
export async function checkFiles(
  { dataFolder, passwordFile }: { readonly dataFolder: string; readonly passwordFile: string },
  platform: NodeJS.Platform,
): Promise<readonly Finding[]> {
  return [
    await checkPrivate('data folder', dataFolder, 'its key and its journal are kept there', platform),
    await checkPassword(passwordFile, platform),
  ]
}

async function checkPrivate(what: string, path: string, why: string, platform: NodeJS.Platform): Promise<Finding> {
  const status = await stat(path).catch(() => undefined)
  if (status === undefined)
    return missing(
      what,
      `${path} is not there, or may not be read: ${why}`,
      'enrol the agent, as the account that runs it',
    )
  if (platform === 'win32')
    // Node shows no access control list; what it calls the mode says nothing there.
    return ok(what, `${path} is there. Who may read it is not seen from here: icacls ${quoted(path)} shows it`)
  if ((status.mode & others) !== 0)
    return missing(what, `others on this machine may read ${path}: ${why}`, `chmod -R go= ${quoted(path)}`)
  return ok(what, `${path} is read by its owner alone`)
}

async function checkPassword(path: string, platform: NodeJS.Platform): Promise<Finding> {
  const what = 'bind password'
  try {
    readPassword(path)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'cannot be read'
    return missing(
      what,
      why,
      'directory.bind.passwordFile names a file with the password of the bind account and nothing else',
    )
  }
  return await checkPrivate(what, path, 'the password of the bind account stands in it', platform)
}

/** Whether this agent is known to a bot */
export async function checkEnrolment(identity: IdentityFile): Promise<Finding> {
  try {
    const known = await identity.read()
    if (known === undefined)
      return missing(
        'enrolment',
        'this agent belongs to no bot yet',
        'npm run agents -- code   where the bot runs makes a code; then here: npm run agent -- enrol -   and type it in',
      )
    if (known.nextKey !== undefined)
      return warning('enrolment', `enrolled as ${known.name}; a new key of its own waits until the bot confirms it`)
    return ok('enrolment', `enrolled as ${known.name}, agent ${known.agentId}`)
  } catch (error) {
    return missing('enrolment', error instanceof Error ? error.message : 'the identity of this agent cannot be read')
  }
}
