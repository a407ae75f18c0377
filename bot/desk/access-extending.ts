import type { AccessDesk } from '../access/access-desk.ts'
import { contractOf } from '../access/contracts.ts'
import type { Grant } from '../access/grant.ts'
import { readGrant } from '../access/grants.ts'
import { momentInWords } from '../approvals/requests/lasts-words.ts'
import type { Lasts, Named, Terms } from '../approvals/requests/request.ts'
import { openRequestOf } from '../approvals/requests/requests.ts'
import { whoItWaitsFor } from '../approvals/requests/waiting-words.ts'
import type { Entry } from '../policy/catalogue/catalogue.ts'
import { approversOf } from './access-approvers.ts'
import { askedBefore, sendOff } from './access-asking.ts'
import { type Conflicting, conflictsWith } from './access-conflicts.ts'
import { shown } from './access-looking.ts'
import { whomFor } from './access-whom.ts'
import { faultOfTime, reasonOf } from './access-wish.ts'
import type { Ground, Sitting } from './ground.ts'

/** A grant that may be extended, with all that was looked up for it. */
interface Extensible {
  readonly grant: Grant & { readonly endsAt: Date }
  readonly entry: Entry
  readonly person: Named
  readonly conflicts: Conflicting
  /** How much later it may end, in milliseconds; undefined = for good. */
  readonly atMost: number | undefined
}

/**
 * Keeping something for longer: a new approval. What is asked for is counted from the end that there is, and never reaches
 * further ahead of now than a new request could.
 */
export function extending(ground: Ground, sitting: Sitting): Pick<AccessDesk, 'previewExtension' | 'requestExtension'> {
  const { person } = sitting
  const { database } = ground

  async function extensible(id: string): Promise<Extensible | { readonly refused: string }> {
    const grant = await readGrant(database, id)
    const mine = grant?.tenant === person.tenant && [grant.person.id, grant.requester.id].includes(person.id)
    if (!grant || !mine) return { refused: 'That is nothing you have.' }
    const { endsAt, state, goneAt } = grant
    if (state === 'ended' || state === 'failed' || goneAt !== null)
      return { refused: `${grant.title} has ended. Ask for it anew.` }
    if (endsAt === null) return { refused: `${grant.title} has no end, so there is nothing to extend.` }
    if (endsAt <= ground.clock()) return { refused: `${grant.title} is just ending. Ask for it anew.` }
    const whom = await whomFor(ground, sitting, grant.person.id)
    if (!whom) return { refused: `You cannot ask for ${grant.person.name} any more: they report to somebody else.` }
    const entry = ground.access.catalogue.entries.find(({ key }) => key === grant.entry)
    if (!entry) return { refused: `${grant.title} cannot be asked for any more. Please talk to IT.` }
    const asked = { kind: 'extension', entry: grant.entry, extends: grant.id } as const
    const open = await openRequestOf(database, person.tenant, grant.person.id, asked)
    if (open) return { refused: `An extension has been asked for already. ${whoItWaitsFor(open)}` }
    const conflicts = await conflictsWith(ground, sitting, whom, entry)
    if (conflicts.refused !== undefined) return { refused: conflicts.refused }
    const contract = await contractOf(database, person.tenant, whom.id)
    const atMost = least(
      entry.longest === undefined ? undefined : ground.clock().getTime() + entry.longest - endsAt.getTime(),
      contract && contract.endsAt.getTime() - endsAt.getTime(),
    )
    if (atMost !== undefined && atMost <= 0)
      return { refused: `It lasts as long as it can: until ${momentInWords(endsAt.toISOString())}. Ask again later.` }
    return { grant: { ...grant, endsAt }, entry, person: whom, conflicts, atMost }
  }

  return {
    async previewExtension(id) {
      const found = await extensible(id)
      if ('refused' in found) return found
      const { grant, entry, conflicts, atMost } = found
      const fitting = entry.presets.filter((preset) => atMost === undefined || preset <= atMost)
      const presets = fitting.length === 0 && atMost !== undefined ? [atMost] : fitting
      const terms = termsOf(found, sitting, grant.reason, { until: grant.endsAt.toISOString() })
      const stages = [...entry.approvals, ...conflicts.stages]
      return {
        reason: grant.reason,
        endsAt: grant.endsAt.toISOString(),
        preview: {
          entry: shown(entry),
          for: found.person,
          instead: undefined,
          conflicts: conflicts.sentences,
          presets,
          longest: atMost,
          approvers: (await approversOf(ground, person.tenant, terms, stages)).join(', then '),
        },
      }
    },
    async requestExtension(id, extended, wish) {
      const known = await askedBefore(ground, sitting, id)
      if (known) return known
      const found = await extensible(extended)
      if ('refused' in found) return { ok: false, sentence: found.refused }
      const given = reasonOf(wish.reason)
      if ('fault' in given) return { ok: false, sentence: given.fault }
      const { grant, entry, conflicts, atMost } = found
      const now = ground.clock()
      const lasts = fromTheEnd(wish.lasts, grant.endsAt)
      const fault =
        lasts !== 'permanent' && Date.parse('until' in lasts ? lasts.until : '') <= grant.endsAt.getTime()
          ? `It lasts until ${momentInWords(grant.endsAt.toISOString())} as it is.`
          : faultOfTime({ startsAt: null, lasts }, atMost && grant.endsAt.getTime() + atMost - now.getTime(), now)
      if (fault !== undefined) return { ok: false, sentence: fault }
      const stages = [...entry.approvals, ...conflicts.stages]
      return await sendOff(ground, sitting, id, termsOf(found, sitting, given.reason, lasts), stages)
    },
  }
}

/** The smaller one; undefined sets no limit. */
function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}

/** A length of time is meant in addition to what there is. Said as a moment, so that the approver reads what it comes to. */
function fromTheEnd(lasts: Lasts, endsAt: Date): Lasts {
  if (lasts === 'permanent' || 'until' in lasts) return lasts
  return { until: new Date(endsAt.getTime() + lasts.for).toISOString() }
}

function termsOf(
  { grant, entry, person, conflicts }: Extensible,
  { person: asker }: Sitting,
  reason: string,
  lasts: Lasts,
): Terms {
  return {
    kind: 'extension',
    requester: { id: asker.id, name: asker.name },
    person,
    entry: entry.key,
    title: entry.title,
    opens: entry.opens,
    group: grant.group,
    risk: entry.risk,
    reason,
    startsAt: null,
    lasts,
    conflicts: conflicts.sentences,
    extends: grant.id,
  }
}
