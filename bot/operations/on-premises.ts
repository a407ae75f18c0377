import type { DirectoryUser } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Before, Changed, ForIt } from './operation.ts'

/** The directory in the company's own network cannot be asked now; nothing was changed. IT has to hear of it. */
export class OnPremisesUnreachable extends DirectoryError {
  constructor(cause: DirectoryError) {
    super('unreachable', { sentence: awayNow, detail: cause.detail, requestId: cause.requestId, cause })
    this.name = 'OnPremisesUnreachable'
  }
}

const awayNow =
  'I cannot reach the directory in which that account is managed, the company’s own, so I changed nothing. Please try again in a few minutes.'

/** The incident that IT is told with it. */
export const unreachableForIt: ForIt = { title: 'The on-premises directory cannot be reached', urgency: 'high' }

/** Whether the change goes into Active Directory, by an agent. */
export function writtenOnPremises(before: Before): boolean {
  return before.onPremises && before.writableOnPremises === true
}

/** Waits for what was asked about somebody; that no answer came is said of the directory in which they are mastered. */
export async function asked<T>(asking: Promise<T>, user: Promise<DirectoryUser>): Promise<T> {
  try {
    return await asking
  } catch (error) {
    const away = error instanceof DirectoryError && error.code === 'unreachable' && !error.maybeDone
    if (!away || error instanceof OnPremisesUnreachable) throw error
    const known = await user.catch(() => undefined)
    throw known?.sourceOfAuthority === 'on-premises' ? new OnPremisesUnreachable(error) : error
  }
}

/** How a write ended that never reached the directory, so that IT must hear of it; the sentence says so. */
export function neverReached(before: Before, name: string, changed: Changed): boolean {
  return (
    before.onPremises &&
    changed.fate === 'refused' &&
    changed.detail[`${name}-error`]?.startsWith('unreachable') === true
  )
}
