import type { Entry } from 'ldapts'
import { z } from 'zod'
import type { ChangedUser } from '../protocol/commands.ts'
import { doorAttributes, lockOf } from './account.ts'
import type { Controller } from './domain.ts'
import { fromFiletime } from './encodings.ts'
import { textOf } from './entry.ts'
import { all, atLeast, atMost, people } from './filters.ts'
import { namedOf } from './object.ts'

const update = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt)
/** A place in the row of changes of one copy of the directory: update sequence numbers mean nothing elsewhere. */
const cookieContent = z.strictObject({ controller: z.guid(), usn: update })

export interface Changes {
  readonly users: ChangedUser[]
  readonly cookie: string
  /** There are more at this moment. */
  readonly more: boolean
  /** The cookie did not serve: a row of changes begins here. */
  readonly reset: boolean
}

/**
 * Users that changed since the cookie, in the order of their changes, at most `size`. Each stands there once, as it is now.
 *
 * It goes by uSNChanged, which is indexed and which every account may read, and not by DirSync, though that may be granted: DirSync
 * answers from the head of the domain only, tells of everything in it, and gives no computed attribute, so that whether somebody is
 * locked would have to be asked all over again.
 * @throws AgentError
 */
export async function changesSince(
  controller: Controller,
  cookie: string | null,
  size: number,
  mayRead: (dn: string) => boolean,
): Promise<Changes> {
  // Read first: what changes meanwhile lies beyond, and comes with the next look.
  const { usn: present, invocationId } = await controller.position()
  const since = cookie === null ? undefined : readCookie(cookie)
  // A row that is ahead of its controller: that was set back to an older copy.
  if (since === undefined || since.controller.toLowerCase() !== invocationId || since.usn > present)
    return {
      users: await lockedNow(controller, size, mayRead),
      cookie: writeCookie(invocationId, present),
      more: false,
      reset: true,
    }
  const { entries, until } = await firstChanges(controller, since.usn + 1n, present, size)
  return {
    users: told(inOrder(entries), mayRead),
    cookie: writeCookie(invocationId, until),
    more: until < present,
    reset: false,
  }
}

/**
 * The first `size` or fewer changes of a span. A search has no order, so where there are too many the span is halved until they fit:
 * an object stands in it once, so a span of one holds one at most.
 */
async function firstChanges(controller: Controller, from: bigint, to: bigint, size: number) {
  let until = to
  for (;;) {
    if (until < from) return { entries: [], until: to }
    const entries = await controller.search({
      base: controller.domainDn,
      scope: 'sub',
      filter: all(atLeast('uSNChanged', String(from)), atMost('uSNChanged', String(until)), people),
      ...changeAttributes,
      limit: size + 1,
    })
    if (entries.length <= size) return { entries, until }
    until = from + (until - from) / 2n
  }
}

/** Who is locked at this moment, the last one first; those beyond `size` have been locked longest. */
async function lockedNow(controller: Controller, size: number, mayRead: (dn: string) => boolean) {
  const entries = await controller.search({
    base: controller.domainDn,
    scope: 'sub',
    filter: all(people, atLeast('lockoutTime', '1')),
    ...changeAttributes,
  })
  const lockedAt = (entry: Entry) => fromFiletime(textOf(entry, 'lockoutTime'))?.getTime() ?? 0
  const latest = [...entries].sort((one, other) => lockedAt(other) - lockedAt(one))
  return told(latest, mayRead)
    .filter((user) => user.locked)
    .slice(0, size)
}

const changeAttributes = {
  attributes: ['objectGUID', 'uSNChanged', ...doorAttributes],
  binary: ['objectGUID'],
}

function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const usn = (entry: Entry) => update.safeParse(textOf(entry, 'uSNChanged')).data ?? 0n
  return [...entries].sort((one, other) => Number(usn(one) - usn(other)))
}

/** One that the service account cannot read is not told of: it must not stop the others for ever. */
function told(entries: readonly Entry[], mayRead: (dn: string) => boolean): ChangedUser[] {
  return entries.flatMap((entry) => {
    const named = namedOf(entry)
    const lock = lockOf(entry)
    if (named === undefined || !mayRead(entry.dn) || lock === undefined) return []
    const { locked, lockedAt, enabled } = lock
    return [{ guid: named.guid, locked, lockedAt: lockedAt?.toISOString() ?? null, enabled }]
  })
}

const writeCookie = (controller: string, usn: bigint): string =>
  Buffer.from(JSON.stringify({ controller, usn: String(usn) })).toString('base64url')

/** @returns undefined for what we did not write */
function readCookie(cookie: string): z.output<typeof cookieContent> | undefined {
  try {
    return cookieContent.safeParse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
