import { plain } from '../../channels/text.ts'
import type { DirectoryUser } from '../../directory/directory.ts'
import { type Barred, eligibility } from './eligible.ts'
import type { RequestGround } from './ground.ts'
import type { Approver } from './happened.ts'
import { standingManager } from './line-manager.ts'
import type { AccessRequest } from './request.ts'
import { whyNotAsk } from './step/asks.ts'
import { ifThere } from './transient.ts'

/** The manager of somebody who is away may be away, too, and so may theirs. */
export const mostStandIns = 3

/** Looks for people for one request; what it asked the directory once it does not ask again. */
export interface Search {
  /** Why somebody may not be asked; undefined when they may. */
  readonly whyNot: (user: DirectoryUser) => Promise<Barred | 'asked' | undefined>
  /** Whoever may be asked and is here: the manager of somebody, or the manager of one who is away, at most three levels up. */
  readonly standIn: (user: DirectoryUser) => Promise<DirectoryUser | undefined>
}

export function searchFor(ground: RequestGround, request: AccessRequest): Search {
  const barred = eligibility(ground.directory, request)
  const whyNot = async (user: DirectoryUser) => {
    const why = await barred(user)
    return why ?? (whyNotAsk(request, { id: user.id, name: '' }) === undefined ? undefined : 'asked')
  }
  return {
    whyNot,
    async standIn(user) {
      let at = user
      for (let level = 0; level < mostStandIns; level++) {
        const { id } = at
        const found = await ifThere(standingManager(ground, request, id))
        if (!found || 'why' in found || (await whyNot(found.manager)) !== undefined) return undefined
        if (!(await isAway(ground, found.manager))) return found.manager
        at = found.manager
      }
      return undefined
    },
  }
}

/** Whether somebody answers mail by machine. Nobody knows: they are here. */
export async function isAway({ directory }: Pick<RequestGround, 'directory'>, { id }: DirectoryUser): Promise<boolean> {
  return (await ifThere(directory.presence(id))) === 'away'
}

export function asApprover(user: DirectoryUser, as: string): Approver {
  return { id: user.id, name: user.displayName, as }
}

/** In what capacity the manager of somebody who is away is asked. */
export function forAway(name: string): string {
  return `for ${plain(name, 100)}${whoIsAway}`
}

export function isForAway(as: string): boolean {
  return as.endsWith(whoIsAway)
}

const whoIsAway = ', who is away'

/** In what capacity the manager of somebody is asked who did not answer or could not be reached. */
export function forSilent(name: string): string {
  return `for ${plain(name, 100)}, who has not decided`
}

export function delegateOf(name: string): string {
  return `delegate of ${plain(name, 100)}`
}
