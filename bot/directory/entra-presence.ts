import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { UserId } from '../identity/person.ts'
import type { Presence } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { address } from './graph-address.ts'
import type { Graph } from './graph-client.ts'

const moment = z.object({ dateTime: z.string(), timeZone: z.string() }).nullish()

/** learn.microsoft.com/graph/api/resources/automaticrepliessetting; its own examples write the status in two ways. */
const automaticReplies = z.object({
  status: z.string().transform((status) => status.toLowerCase()),
  scheduledStartDateTime: moment,
  scheduledEndDateTime: moment,
})

/**
 * Whether somebody has automatic replies on now (learn.microsoft.com/graph/api/user-get-mailboxsettings). Whatever keeps the
 * answer away makes it unknown: no mailbox, one that is elsewhere, no permission, a directory that is not there.
 */
export async function presence(graph: Graph, id: UserId, clock: Clock): Promise<Presence> {
  const path = address(['users', id, 'mailboxSettings', 'automaticRepliesSetting'])
  const title = 'GET /users/{id}/mailboxSettings/automaticRepliesSetting'
  try {
    return presenceFrom(await graph.read(path, automaticReplies, { title }), clock())
  } catch (error) {
    if (error instanceof DirectoryError) return 'unknown'
    throw error
  }
}

function presenceFrom(replies: z.infer<typeof automaticReplies>, now: Date): Presence {
  if (replies.status === 'alwaysenabled') return 'away'
  if (replies.status === 'disabled') return 'here'
  const from = instant(replies.scheduledStartDateTime)
  const until = instant(replies.scheduledEndDateTime)
  if (replies.status !== 'scheduled' || from === undefined || until === undefined) return 'unknown'
  return from <= now && now < until ? 'away' : 'here'
}

/** Exchange gives these in UTC, without a Z; in any other zone they are not understood. */
function instant(at: z.infer<typeof moment>): Date | undefined {
  if (at == null || !/^(UTC|Etc\/(UTC|GMT)|GMT)$/i.test(at.timeZone)) return undefined
  const [, seconds] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z?$/.exec(at.dateTime) ?? []
  return seconds === undefined ? undefined : new Date(`${seconds}Z`)
}
