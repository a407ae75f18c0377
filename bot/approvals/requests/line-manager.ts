import { plain } from '../../channels/text.ts'
import type { DirectoryUser } from '../../directory/directory.ts'
import { DirectoryError } from '../../directory/directory-error.ts'
import { sentences } from '../../directory/sentences.ts'
import type { UserId } from '../../identity/person.ts'
import { managerOf, type NoManager } from '../manager-of.ts'
import type { RequestGround } from './ground.ts'
import type { AccessRequest, Named } from './request.ts'

/** Where the manager is whoever asks or gets it, theirs is asked, and so on, so many levels up. */
const mostLevelsUp = 3

/** Why there is no manager to ask, after a colon. */
const lacking: Readonly<Record<Exclude<NoManager['why'], 'not-known-yet'>, (name: string) => string>> = {
  none: (name) => `the directory names no manager for ${name}`,
  'cannot-act': (name) => `the manager of ${name} cannot approve anything: their account is disabled or a guest’s`,
  'too-new': (name) => `the manager of ${name} has changed too recently to approve anything`,
}

export type LineManager =
  | { readonly manager: DirectoryUser; readonly of: string }
  | { readonly manager: undefined; readonly lacking: string }

/**
 * Who approves as the manager: that of whoever gets access, or of the sponsor of a contract. Named by the directory just now, long
 * enough there, and able to act.
 * @throws DirectoryError; unreachable as long as nobody has looked who reports to whom
 */
export async function lineManager(ground: RequestGround, request: AccessRequest): Promise<LineManager> {
  const { requester, person } = request.terms
  let subject = firstInLine(request)
  for (let level = 0; level <= mostLevelsUp; level++) {
    const name = plain(subject.name, 100)
    const found = await standingManager(ground, request, subject.id)
    if ('why' in found) return { manager: undefined, lacking: lacking[found.why](name) }
    const { manager } = found
    if (manager.id !== requester.id && manager.id !== person.id) return { manager, of: name }
    subject = { id: manager.id, name: manager.displayName }
  }
  return { manager: undefined, lacking: `everybody above ${plain(requester.name, 100)} is concerned themselves` }
}

/** Whether the directory still names this one as the manager who approves, enabled or not. */
export async function isStillLineManager(
  { directory }: Pick<RequestGround, 'directory'>,
  request: AccessRequest,
  id: UserId,
): Promise<boolean> {
  const { requester, person } = request.terms
  let subject = firstInLine(request).id
  for (let level = 0; level <= mostLevelsUp; level++) {
    const above = (await directory.manager(subject))?.id
    if (above === undefined || above === subject) return false
    if (above !== requester.id && above !== person.id) return above === id
    subject = above
  }
  return false
}

/** See managerOf; who reports to whom is looked at in the first minutes of an installation, and until then nobody can say. */
export async function standingManager(
  ground: RequestGround,
  { tenant }: Pick<AccessRequest, 'tenant'>,
  id: UserId,
): Promise<{ readonly manager: DirectoryUser } | { readonly why: Exclude<NoManager['why'], 'not-known-yet'> }> {
  const found = await managerOf(ground, { tenant, id })
  if ('manager' in found) return found
  if (found.why !== 'not-known-yet') return { why: found.why }
  const detail = 'who reports to whom has not been looked at yet'
  throw new DirectoryError('unreachable', { sentence: sentences.unreachable, detail })
}

function firstInLine({ terms }: AccessRequest): Named {
  const ofContract = terms.kind === 'contract' || terms.kind === 'contract-extension'
  return ofContract ? terms.requester : terms.person
}
