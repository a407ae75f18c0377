import type { AccessDesk, Asked, Preview, Wish } from '../access/access-desk.ts'
import { askForAccess } from '../approvals/requests/ask-for-access.ts'
import type { AccessRequest, Terms } from '../approvals/requests/request.ts'
import { readRequest } from '../approvals/requests/requests.ts'
import { whoItWaitsFor } from '../approvals/requests/waiting-words.ts'
import type { Stage } from '../policy/catalogue/catalogue.ts'
import { ticketNumbers } from '../tickets/ticket-numbers.ts'
import { approversOf } from './access-approvers.ts'
import { type Looked, lookAt, shown } from './access-looking.ts'
import { whomFor } from './access-whom.ts'
import { faultOfContract, faultOfTime, reasonOf } from './access-wish.ts'
import type { Ground, Sitting } from './ground.ts'

const notThere = 'I find nothing of that kind that you could ask for.'

/** Asking for access, for oneself or a direct report. What is asked is put together here: the client names keys and times only. */
export function askingForAccess(
  ground: Ground,
  sitting: Sitting,
): Pick<AccessDesk, 'findAccess' | 'accessEntry' | 'previewAccess' | 'requestAccess'> {
  const { person } = sitting

  async function look(key: string, about: Wish['about']): Promise<Looked | undefined> {
    const [entry, whom] = await Promise.all([ground.entries.entry(person, key), whomFor(ground, sitting, about)])
    return entry && whom && (await lookAt(ground, sitting, entry, whom))
  }

  return {
    findAccess: async (text) => (await ground.entries.search(person, text)).map(shown),
    async accessEntry(key) {
      const entry = await ground.entries.entry(person, key)
      return entry && shown(entry)
    },
    async previewAccess(key, about): Promise<Preview | undefined> {
      const looked = await look(key, about)
      if (!looked) return undefined
      const { entry, stages } = looked
      const terms = termsOf(looked, sitting, { reason: 'not known yet', startsAt: null, lasts: { for: 1 } })
      const approvers = looked.instead === undefined ? await approversOf(ground, person.tenant, terms, stages) : []
      return {
        entry: shown(entry),
        for: looked.person,
        instead: looked.instead,
        conflicts: looked.conflicts,
        presets: entry.presets,
        longest: entry.longest,
        approvers: approvers.join(', then '),
      }
    },
    async requestAccess(id, wish) {
      const known = await askedBefore(ground, sitting, id)
      if (known) return known
      const looked = await look(wish.entry, wish.about)
      if (!looked) return { ok: false, sentence: notThere }
      return await askFor(ground, sitting, id, looked, wish)
    },
  }
}

/** Asks for what was looked at just now. */
export async function askFor(
  ground: Ground,
  sitting: Sitting,
  id: string,
  looked: Looked,
  wish: Pick<Wish, 'reason' | 'startsAt' | 'lasts'>,
): Promise<Asked> {
  const { instead, entry, contractEnds } = looked
  const now = ground.clock()
  const fault = instead ?? faultOfTime(wish, entry.longest, now) ?? faultOfContract(wish, contractEnds, now)
  if (fault !== undefined) return { ok: false, sentence: fault }
  const given = reasonOf(wish.reason)
  if ('fault' in given) return { ok: false, sentence: given.fault }
  return await sendOff(ground, sitting, id, termsOf(looked, sitting, { ...wish, ...given }), looked.stages)
}

/** Writes a request down, asks whoever must be asked, and says where it stands. */
export async function sendOff(
  ground: Ground,
  sitting: Sitting,
  id: string,
  terms: Terms,
  stages: readonly Stage[],
): Promise<Asked> {
  const { person: requester, correlationId } = sitting
  const asked = await askForAccess(ground.access, { id, requester, terms, stages, correlationId })
  if (!asked.ok) return asked
  await ground.bringOut(asked.posts)
  const request = (await readRequest(ground.database, id)) ?? asked.request
  return standing(request, asked.number)
}

/** The same id is the same request: whoever made it hears where it stands. */
export async function askedBefore(ground: Ground, { person }: Sitting, id: string): Promise<Asked | undefined> {
  const known = await readRequest(ground.database, id)
  if (!known || known.tenant !== person.tenant || known.terms.requester.id !== person.id) return undefined
  return standing(known, (await ticketNumbers(ground.database, [id])).get(id) ?? 0)
}

function standing(request: AccessRequest, number: number): Asked {
  return { ok: true, request: request.id, number, sentence: `Request ${number}: ${whoItWaitsFor(request)}` }
}

function termsOf(
  { entry, person, group, conflicts }: Looked,
  { person: asker }: Sitting,
  { reason, startsAt, lasts }: Pick<Wish, 'reason' | 'startsAt' | 'lasts'>,
): Terms {
  return {
    kind: 'access',
    requester: { id: asker.id, name: asker.name },
    person,
    entry: entry.key,
    title: entry.title,
    opens: entry.opens,
    group,
    risk: entry.risk,
    reason,
    startsAt,
    lasts,
    conflicts,
    extends: null,
  }
}
