import type { Entry } from 'ldapts'
import type { Controller, Search } from './domain.ts'
import { guidText } from './encodings.ts'
import { bufferOf } from './entry.ts'
import { all, atLeast, atMost, has, is } from './filters.ts'

/** Bears a GUID that another directory knows an account by. No index holds it (MS-ADA2 2.323, searchFlags 0). */
export const anchorAttribute = 'mS-DS-ConsistencyGuid'

/** Accounts by the anchor they bear. */
export interface Anchors {
  /**
   * objectGUIDs of the accounts that bear this anchor, deleted ones too, as of now; those that may not be read are not among them. Look at
   * each: it may be gone. @returns undefined where that is not known; never throws
   */
  holders(controller: Controller, anchor: Buffer): Promise<readonly string[] | undefined>
}

/** Milliseconds after which everything is read anew: a change of rights shows accounts that themselves did not change. */
const goodFor = 3_600_000
/** So soon everything is not read again, where it failed or was more than is kept. */
const notAgainFor = 60_000
/** With more changes than this since the last look, everything is read anew as well. */
const mostChanges = 20_000n
/** Of more anchors none is kept. */
const mostAnchors = 500_000
const page = 1_000

/** What one copy of the directory showed, up to an update sequence number. */
interface Known {
  readonly invocationId: string
  readonly usn: bigint
  readonly since: number
  readonly anchorOf: Map<string, string>
  readonly holdersOf: Map<string, readonly string[]>
}

/**
 * Without an index the controller looks at every account for each question, in a large directory for longer than everything else that
 * is asked takes. So all anchors are read once, in the background, and from then on at each question what has changed since
 * (uSNChanged, which has an index). While that is not there, nothing is known.
 */
export function openAnchors(clock: () => Date): Anchors {
  let known: Known | undefined
  let fresh: Known | undefined
  let readAgainFrom = 0
  let reading = false
  let next: Promise<Known | undefined> | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function readAll(controller: Controller): Promise<Known | undefined> {
    const { usn, invocationId } = await controller.position()
    const made: Known = { invocationId, usn, since: clock().getTime(), anchorOf: new Map(), holdersOf: new Map() }
    const search = { ...accounts(controller), filter: all(is('objectClass', 'user'), has(anchorAttribute)) }
    for await (const entries of controller.ownPages(search, page)) {
      for (const entry of entries) note(made, entry)
      if (made.anchorOf.size > mostAnchors) return undefined
    }
    return made
  }
  /** Once at a time, and nobody waits for it. What fails leaves everything as it was. */
  function beginReading(controller: Controller): void {
    if (reading || clock().getTime() < readAgainFrom) return
    reading = true
    readAgainFrom = clock().getTime() + notAgainFor
    readAll(controller)
      .then((made) => {
        fresh = made
      })
      .catch(() => undefined)
      .finally(() => {
        reading = false
      })
  }

  async function catchUp(controller: Controller): Promise<Known | undefined> {
    if (fresh) known = fresh
    fresh = undefined
    const { usn, invocationId } = await controller.position()
    // Another copy of the directory, or this one set back to an older state.
    if (known && (invocationId !== known.invocationId || usn < known.usn || usn - known.usn > mostChanges))
      known = undefined
    if (!known || clock().getTime() - known.since > goodFor) beginReading(controller)
    if (!known || usn === known.usn) return known
    const span = [atLeast('uSNChanged', String(known.usn + 1n)), atMost('uSNChanged', String(usn))]
    const changed = { ...accounts(controller), filter: all(...span, is('objectClass', 'user')) }
    for (const entry of await controller.search(changed)) note(known, entry)
    known = { ...known, usn }
    return known
  }

  return {
    async holders(controller, anchor) {
      // Whoever asks while a look is under way waits for the one after it: this one may have begun before the change that matters.
      next ??= last.then(() => {
        next = undefined
        return catchUp(controller).catch(() => undefined)
      })
      last = next
      const found = await next
      return found && (found.holdersOf.get(anchor.toString('hex')) ?? [])
    },
  }
}

const accounts = ({ domainDn: base }: Controller): Omit<Search, 'filter'> => ({
  base,
  scope: 'sub',
  attributes: ['objectGUID', anchorAttribute],
  binary: ['objectGUID', anchorAttribute],
  deleted: true,
})

function note({ anchorOf, holdersOf }: Known, entry: Entry): void {
  const bytes = bufferOf(entry, 'objectGUID')
  if (bytes?.length !== 16) return
  const guid = guidText(bytes)
  const anchor = bufferOf(entry, anchorAttribute)?.toString('hex')
  const before = anchorOf.get(guid)
  if (before === anchor) return
  if (before !== undefined) {
    const others = holdersOf.get(before)?.filter((one) => one !== guid) ?? []
    if (others.length > 0) holdersOf.set(before, others)
    else holdersOf.delete(before)
  }
  if (anchor === undefined) anchorOf.delete(guid)
  else {
    anchorOf.set(guid, anchor)
    holdersOf.set(anchor, [...(holdersOf.get(anchor) ?? []), guid])
  }
}
