import { z } from 'zod'
import { askForAccess } from '../approvals/requests/ask-for-access.ts'
import type { Terms } from '../approvals/requests/request.ts'
import type { CardContent, Reply } from '../channels/chat.ts'
import { looksLikeSecret, secretRefused } from '../escalation/looks-like-secret.ts'
import type { Person } from '../identity/person.ts'
import { plainText } from '../plain-text.ts'
import type { Stage } from '../policy/catalogue/catalogue.ts'
import type { Button } from '../turns/button.ts'
import { requestOnCard } from './asked-on-card.ts'
import type { AccessGround } from './ground.ts'
import type { Offer } from './offers.ts'

const longestReason = 500
export type Wanted = Pick<Terms, 'requester' | 'reason' | 'lasts'>

/** What can be asked for from a card that reminds of an end. */
export interface Extendable {
  readonly text: string
  /** As it was given before. */
  readonly reason: string
  readonly offers: readonly Offer[]
  readonly correlationId: string
  /** What is asked for, and who must say yes; or why it cannot be asked for. @throws DirectoryError */
  readonly terms: (
    wanted: Wanted,
  ) => Promise<{ readonly terms: Terms; readonly stages: readonly Stage[] } | { readonly refused: string }>
}

/** What our own card says of what it is about. */
export function idsOn<Shape extends z.ZodRawShape>(shape: z.ZodObject<Shape>, content: unknown) {
  return z.object({ data: z.object({ ids: shape }) }).safeParse(content).data?.data.ids
}

/**
 * The window behind `Extend…`: the reason as it was given, how much longer, and off it goes to be approved anew. Sent off
 * twice it is one request.
 */
export function extendWindow(
  ground: AccessGround,
  find: (content: unknown, person: Person) => Promise<Extendable | { readonly refused: string }>,
): Button {
  return async ({ person, post, values, submitted }) => {
    const found = await find(post.content, person)
    if ('refused' in found) return { reply: nothing(post.key, found.refused), posts: [] }
    const show = (problem?: string, typed = values) => ({ reply: windowOf(post.key, found, typed, problem), posts: [] })
    if (!submitted) return show()
    const reason = plainText(values.reason ?? '', longestReason, { lines: true })
    if (reason === '') return show('Please say why.')
    const secret = looksLikeSecret(reason)
    if (secret) return show(secretRefused(secret), { ...values, reason: '' })
    const offer = found.offers.find(({ value }) => value === values.lasts)
    if (!offer) return show('Please choose how much longer.')
    const id = await requestOnCard(ground.database, 'extend', post.key)
    if (id === undefined)
      return { reply: nothing(post.key, 'That was asked for several times now. Please write to me.'), posts: [] }
    if (id.open) return { reply: { kind: 'close-window', text: 'That has been asked for already.' }, posts: [] }
    const wanted = await found.terms({ requester: { id: person.id, name: person.name }, reason, lasts: offer.lasts })
    if ('refused' in wanted) return show(wanted.refused)
    const { tenant } = person
    const requester: Person = { tenant, id: person.id, name: person.name }
    const asked = await askForAccess(ground, { id: id.id, requester, ...wanted, correlationId: found.correlationId })
    if (!asked.ok) return show(asked.sentence)
    const text = `Asked for (ticket ${asked.number}). You hear from me as soon as it is decided.`
    return { reply: { kind: 'close-window', text }, posts: asked.posts }
  }
}

function windowOf(
  post: string,
  { text, reason, offers }: Extendable,
  values: Readonly<Record<string, string>>,
  problem: string | undefined,
): Reply {
  const content: CardContent = {
    card: 'window-access-extend',
    data: {
      text,
      reason: values.reason ?? reason,
      choices: offers.map(({ title, value }) => ({ title, ids: { lasts: value } })),
      ...(problem === undefined ? {} : { problem }),
    },
  }
  return { kind: 'window', title: 'Extend', post, content }
}

function nothing(post: string, text: string): Reply {
  const content = { card: 'message', data: { title: 'There is nothing to extend', text } }
  return { kind: 'window', title: 'Extend', post, content }
}
