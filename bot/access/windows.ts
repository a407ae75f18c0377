import { z } from 'zod'
import type { Terms } from '../approvals/requests/request.ts'
import { readRequest } from '../approvals/requests/requests.ts'
import type { Person } from '../identity/person.ts'
import { durations } from '../policy/duration.ts'
import type { Button } from '../turns/button.ts'
import { type KeptContract, readContract } from './contracts.ts'
import { extensionOf } from './extend-grant-terms.ts'
import { type Extendable, extendWindow, idsOn, type Wanted } from './extend-window.ts'
import { readGrant } from './grants.ts'
import type { AccessGround } from './ground.ts'
import { offersOf } from './offers.ts'
import { nameOf, until } from './words.ts'

const { day } = durations
const contractPresets = [30 * day, 90 * day, 180 * day]
const onGrant = z.object({ grant: z.string() })
const onContract = z.object({ contract: z.string() })

const over = { refused: 'It has ended by now. You can ask for it anew.' }
const gone = { refused: 'It cannot be asked for any more. Please ask IT.' }

/** The windows behind `Extend…`, by the template of the card on which the button stands. */
export function accessEndWindows(ground: AccessGround): Record<string, Button> {
  return {
    'access-ends': extendWindow(ground, (content, person) => grantOn(ground, content, person)),
    'contract-ends': extendWindow(ground, (content, person) => contractOn(ground, content, person)),
  }
}

async function grantOn(
  ground: AccessGround,
  content: unknown,
  person: Person,
): Promise<Extendable | { readonly refused: string }> {
  const ids = idsOn(onGrant, content)
  const grant = ids && (await readGrant(ground.database, ids.grant))
  if (!grant || grant.tenant !== person.tenant) return over
  if (grant.person.id !== person.id && grant.requester.id !== person.id) return over
  const now = ground.clock()
  const { endsAt } = grant
  if (grant.state !== 'active' || grant.goneAt !== null || endsAt === null || endsAt <= now) return over
  const entry = ground.catalogue.entries.find(({ key }) => key === grant.entry)
  if (!entry || entry.group !== grant.group.id) return gone
  const offers = offersOf(endsAt, entry.presets, entry.longest, now)
  if (offers.length === 0) return { refused: `It lasts as long as it may already: ${until(endsAt)}.` }
  return {
    text: `${entry.title} of ${nameOf(grant.person)} ends on ${until(endsAt).slice('until '.length)}. An extension is approved anew.`,
    reason: grant.reason,
    offers,
    correlationId: grant.correlationId,
    terms: (wanted) => extensionOf(ground, grant, entry, wanted),
  }
}

async function contractOn(
  ground: AccessGround,
  content: unknown,
  person: Person,
): Promise<Extendable | { readonly refused: string }> {
  const ids = idsOn(onContract, content)
  const contract = ids && (await readContract(ground.database, ids.contract))
  if (!contract || contract.tenant !== person.tenant || contract.sponsor.id !== person.id) return over
  const now = ground.clock()
  const runs = contract.state === 'active' && contract.endedAt === null && contract.endsAt > now
  if (!runs) return over
  const rules = ground.catalogue.contracts
  if (!rules) return gone
  const offers = offersOf(contract.endsAt, contractPresets, rules.longest, now)
  if (offers.length === 0) return { refused: `It lasts as long as it may already: ${until(contract.endsAt)}.` }
  return {
    text: `The contract of ${nameOf(contract.person)} ends on ${until(contract.endsAt).slice('until '.length)}. An extension is approved anew.`,
    reason: '',
    offers,
    correlationId: contract.correlationId,
    terms: async (wanted) => ({ terms: await contractTerms(ground, contract, wanted), stages: rules.approvals }),
  }
}

/** What an extension of a contract asks for: as risky as it was at first, for longer. */
export async function contractTerms(ground: AccessGround, contract: KeptContract, wanted: Wanted): Promise<Terms> {
  const before = await readRequest(ground.database, contract.requestId)
  return {
    ...wanted,
    kind: 'contract-extension',
    person: contract.person,
    entry: null,
    title: contract.project,
    // Not until when: whoever approves it for less would approve words that are not true any more.
    opens: `An account that works until the contract ends; ${nameOf(wanted.requester)} answers for it.`,
    group: null,
    risk: before?.terms.risk ?? 'medium',
    startsAt: null,
    conflicts: [],
    extends: contract.id,
  }
}
