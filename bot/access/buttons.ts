import { z } from 'zod'
import { askForAccess } from '../approvals/requests/ask-for-access.ts'
import type { CardContent, Reply } from '../channels/chat.ts'
import type { Person } from '../identity/person.ts'
import type { Button } from '../turns/button.ts'
import { changePosts, type Post } from '../turns/outbox.ts'
import { requestOnCard } from './asked-on-card.ts'
import { readContract } from './contracts.ts'
import { idsOn } from './extend-window.ts'
import type { AccessGround } from './ground.ts'
import { handBack } from './hand-back.ts'
import { userOrGone } from './presence.ts'
import { contractTerms } from './windows.ts'
import { nameOf } from './words.ts'

const onGrant = z.object({ grant: z.string() })
const onContract = z.object({ contract: z.string(), endsAt: z.iso.datetime() })

/** Buttons on the cards that say that something ends, by verb. */
export function accessEndButtons(ground: AccessGround): Record<string, Button> {
  return {
    async 'access-hand-back'({ person, post }) {
      const ids = idsOn(onGrant, post.content)
      if (!ids) return { reply: note('There is nothing that you could give back.'), posts: [] }
      const { ok, sentence } = await handBack(ground, ids.grant, person)
      return ok ? await close(ground, post, sentence) : { reply: note(sentence), posts: [] }
    },

    async 'contract-take-over'({ person, post }) {
      return await takeOver(ground, person, post)
    },
  }
}

type Pressed = Awaited<ReturnType<Button>>

/**
 * Whoever the last sponsor reported to asks to become the sponsor: their own manager approves it, and only then anything
 * changes. The card is theirs alone; what it says of the agreed end is ours.
 */
async function takeOver(ground: AccessGround, person: Person, post: Post): Promise<Pressed> {
  const ids = idsOn(onContract, post.content)
  const contract = ids && (await readContract(ground.database, ids.contract))
  const rules = ground.catalogue.contracts
  if (!contract || !rules || contract.tenant !== person.tenant || contract.person.id === person.id)
    return { reply: note('You cannot take this over.'), posts: [] }
  const now = ground.clock()
  if (contract.state !== 'active' || contract.endedAt !== null || contract.endsAt <= now)
    return await close(ground, post, 'The contract has ended.')
  if (contract.sponsorGoneAt === null)
    return await close(ground, post, `${nameOf(contract.sponsor)} answers for it now.`)
  const user = await userOrGone(ground.directory, person.id)
  if (user === 'gone' || user.accountEnabled !== true || user.userType !== 'Member')
    return { reply: note('You cannot take this over.'), posts: [] }
  const request = await requestOnCard(ground.database, 'take-over', post.key)
  if (request?.open) return { reply: note('You have asked for it already: your manager decides.'), posts: [] }
  if (!request) return { reply: note('That was asked for several times now. Please ask IT.'), posts: [] }
  const latest = Math.min(Date.parse(ids.endsAt), now.getTime() + rules.longest)
  const requester = { id: person.id, name: user.displayName }
  const terms = await contractTerms(ground, contract, {
    requester,
    reason: `${nameOf(contract.sponsor)}, who was the sponsor, is gone; ${nameOf(requester)} takes over.`,
    lasts: { until: new Date(Math.max(latest, contract.endsAt.getTime())).toISOString() },
  })
  const asked = await askForAccess(ground, {
    id: request.id,
    requester: { tenant: person.tenant, ...requester },
    terms,
    stages: rules.approvals,
    correlationId: contract.correlationId,
  })
  if (!asked.ok) return { reply: note(asked.sentence), posts: [] }
  return { reply: note(`Asked for (ticket ${asked.number}): your manager decides.`), posts: asked.posts }
}

/** The card is over: it says how. */
async function close(ground: AccessGround, post: Post, closed: string): Promise<Pressed> {
  if (!('card' in post.content)) return { reply: note(closed), posts: [] }
  const content: CardContent = { ...post.content, closed }
  await changePosts(ground.database, [{ key: post.key, content }], ground.clock)
  return { reply: { kind: 'card', post: post.key, content }, posts: [post.key] }
}

function note(text: string): Reply {
  return { kind: 'note', text }
}
