import type { CardContent, Reply } from '../channels/chat.ts'
import type { Confirmation } from '../identity/confirmation.ts'
import { confirmationById, decide } from '../identity/manager.ts'
import { operationFacts } from '../policy/operations.ts'
import { type NewLinkGround, newLinkOf, stillNew } from '../slack-people/new-link.ts'
import type { Button } from '../turns/button.ts'
import { changePosts } from '../turns/outbox.ts'
import { confirmationPost } from './close-cards.ts'
import { type DenialGround, takeBackIfNew, tellItOfDenial } from './denied-by-manager.ts'
import { isOfPerson } from './person-purpose.ts'

const endings = {
  confirmed: 'You confirmed. Thank you.',
  denied: 'You did not confirm. The request was stopped.',
  expired: 'Too late: this request has run out.',
} as const

/** The three numbers on a manager's card. A wrong pick is a no; the first answer counts, and it counts once. */
export function confirmButton(ground: DenialGround & NewLinkGround): Button {
  const { database, clock, audit } = ground
  return async ({ person, post, values }) => {
    let denial: { readonly of: Confirmation; readonly took: boolean } | undefined
    const id = post.key.slice(confirmationPost('').length)
    const picked = Number(values.pick)
    const pick = values.pick === 'none' || !Number.isInteger(picked) ? 'deny' : picked
    // It was asked where the account counted: this is for one that was linked since. A no counts from anywhere.
    const link = pick === 'deny' ? undefined : await newLinkOf(ground, person, post.place?.channel)
    if (link) return { reply: note(stillNew(link, inTeams)), posts: [] }
    // The answer, the card and the row in the audit: all or nothing.
    const done = await database.transaction().execute(async (transaction) => {
      const decided = await decide({ database: transaction, clock }, id, person, pick)
      if (decided === 'not-yours') return { reply: note('This request is not yours to answer.'), posts: [] }
      const state = decided.startsWith('already:') ? decided.slice('already:'.length) : decided
      const outcome = state === 'confirmed' || state === 'denied' ? state : 'expired'
      const content: CardContent = { ...(post.content as CardContent), closed: endings[outcome] }
      await changePosts(transaction, [{ key: post.key, content }], clock)
      const confirmation = await confirmationById({ database: transaction, clock }, id)
      if (confirmation && (decided === 'confirmed' || decided === 'denied'))
        await audit.appendWithin(transaction, {
          kind: 'event',
          action: isOfPerson(confirmation.purpose) ? 'match-number' : 'confirm-person',
          tenant: person.tenant,
          actor: person.id,
          target: isOfPerson(confirmation.purpose) ? person.id : confirmation.asker,
          correlationId: confirmation.correlationId,
          operationId: `confirm:${id}`,
          outcome: decided === 'confirmed' ? 'done' : 'refused',
          detail: { purpose: confirmation.purpose, decision: decided, 'asked-by': confirmation.asker },
        })
      if (decided === 'denied' && values.pick === 'none' && confirmation && isAskedOfManager(confirmation.purpose))
        denial = {
          of: confirmation,
          took: await takeBackIfNew({ database: transaction, clock, audit }, confirmation, person),
        }
      const reply: Reply = { kind: 'card', post: post.key, content }
      return { reply, posts: [post.key], wake: `confirmation:${id}` }
    })
    if (!denial) return done
    const told = await tellItOfDenial(ground, denial.of, person, askerOn(post.content as CardContent), denial.took)
    return { ...done, posts: [...done.posts, ...told] }
  }
}

/** Confirmations of other purposes have buttons of their own. */
function isAskedOfManager(purpose: string): boolean {
  return Object.hasOwn(operationFacts, purpose) && !isOfPerson(purpose)
}

/** The name of whoever asks, as the card has it. */
function askerOn({ data }: CardContent): string {
  return typeof data.asker === 'string' ? data.asker : ''
}

const inTeams = 'Write to me in Microsoft Teams, if you have it, and let them ask again.'

function note(text: string): Reply {
  return { kind: 'note', text }
}
