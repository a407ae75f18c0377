import type { Directory, DirectoryUser } from '../../directory/directory.ts'
import type { UserId } from '../../identity/person.ts'
import type { AccessRequest } from './request.ts'
import { ifThere } from './transient.ts'

/** Why somebody may not decide a request. */
export type Barred = 'disabled' | 'guest' | 'requester' | 'person' | 'reports' | 'unclear'

/** After `Somebody cannot decide this: `. */
export const barredInWords: Readonly<Record<Barred | 'asked' | 'gone', string>> = {
  disabled: 'their account is disabled',
  guest: 'they are a guest',
  requester: 'they asked for it themselves',
  person: 'they are the one who gets it',
  reports: 'they report to whoever asks for it or gets it',
  unclear: 'it cannot be told whom they report to',
  asked: 'they have been asked already',
  gone: 'they are not in the directory',
}

/** The same to the one whom it concerns. */
export const youAreBarred: Readonly<Record<Barred | 'gone', string>> = {
  disabled: 'Your account is disabled.',
  guest: 'Guests cannot approve access.',
  requester: 'You asked for this yourself, so others decide it.',
  person: 'You are the one who gets this, so others decide it.',
  reports: 'You report to whoever asks for this or gets it, so others decide it.',
  unclear: 'I cannot tell whom you report to, so others decide this.',
  gone: 'You are not in the directory any more.',
}

/** How far up one may report to somebody. */
const mostLevels = 10

/**
 * Says of people, live, whether they may decide a request: enabled members, and neither whoever asked nor whoever gets it. Where
 * the risk is high, nobody who reports to either of them, up to ten levels. What is asked of the directory is remembered, so
 * it serves one look and is made anew for the next.
 */
export function eligibility(
  directory: Pick<Directory, 'manager'>,
  { terms }: AccessRequest,
): (user: DirectoryUser) => Promise<Barred | undefined> {
  const managers = new Map<UserId, Promise<UserId | 'none' | 'gone'>>()
  const managerOf = (id: UserId) => {
    const known = managers.get(id) ?? lookUp(directory, id)
    managers.set(id, known)
    return known
  }

  async function reports(id: UserId): Promise<Barred | undefined> {
    const passed = new Set<UserId>([id])
    let at = id
    for (let level = 0; level < mostLevels; level++) {
      const above = await managerOf(at)
      if (above === 'gone') return 'unclear'
      if (above === 'none' || passed.has(above)) return undefined
      if (above === terms.requester.id || above === terms.person.id) return 'reports'
      passed.add(above)
      at = above
    }
    return undefined
  }

  return async (user) => {
    if (user.accountEnabled !== true) return 'disabled'
    if (user.userType !== 'Member') return 'guest'
    if (user.id === terms.requester.id) return 'requester'
    if (user.id === terms.person.id) return 'person'
    return terms.risk === 'high' ? await reports(user.id) : undefined
  }
}

async function lookUp(directory: Pick<Directory, 'manager'>, id: UserId): Promise<UserId | 'none' | 'gone'> {
  const answer = await ifThere(directory.manager(id).then((manager) => ({ manager })))
  return answer === undefined ? 'gone' : (answer.manager?.id ?? 'none')
}
