import type { Reply } from '../../channels/chat.ts'
import type { Person } from '../../identity/person.ts'
import type { Post } from '../../turns/outbox.ts'
import { mayStillApprove } from './approvers.ts'
import { askShownOn } from './ask-card.ts'
import type { RequestGround } from './ground.ts'
import type { AccessRequest, Ask } from './request.ts'
import { askPost } from './request.ts'
import { readRequest } from './requests.ts'

export const notYours = 'This card was not meant for you, or it is too old.'
export const changedMeanwhile = 'The request has changed meanwhile. Please read the card again before you decide.'

/** The request that a card is about, as it stands now, and what the card says of it. */
export interface AskOn {
  readonly request: AccessRequest
  readonly ask: Ask
  /** Of the terms that the card shows, from our own copy of the card. */
  readonly hash: string
}

/**
 * Finds what an approver's card is about. Whoever presses must be the one who was asked; whether they still may answer is asked of
 * the directory now. Only the card that we keep counts; what a client says of it can only stop it.
 * @returns the ask; or why there is nothing to do, as a sentence. `over`: it has been decided
 * @throws DirectoryError
 */
export async function askOn(
  ground: RequestGround,
  press: {
    readonly person: Person
    readonly post: Post
    readonly values: Readonly<Record<string, string>>
  },
): Promise<AskOn | { readonly sentence: string; readonly over: boolean }> {
  const { person, post, values } = press
  const refused = { sentence: notYours, over: false }
  const shown = askShownOn(post.content)
  if (!shown || post.key !== askPost(shown.ask)) return refused
  if (post.person !== person.id || post.tenant !== person.tenant) return refused
  const request = await readRequest(ground.database, requestOf(shown.ask))
  const ask = request?.asks.find(({ id }) => id === shown.ask)
  if (!request || !ask || request.tenant !== person.tenant || ask.approver.id !== person.id) return refused
  const closed = 'card' in post.content ? post.content.closed : undefined
  if (closed !== undefined || ask.state !== 'asked' || request.state !== 'open')
    return { sentence: closed ?? request.ending ?? 'This has been decided.', over: true }
  const why = await mayStillApprove(ground, request, ask)
  if (why !== undefined) return { sentence: why, over: false }
  // A card or a window that was drawn before the request was shortened says something else than ours.
  if (values.hash !== undefined && values.hash !== shown.hash) return { sentence: changedMeanwhile, over: false }
  return { request, ask, hash: shown.hash }
}

/** An ask's id begins with that of its request. */
function requestOf(ask: string): string {
  return ask.slice(0, Math.max(ask.lastIndexOf(':'), 0))
}

export function note(text: string): { readonly reply: Reply; readonly posts: readonly string[] } {
  return { reply: { kind: 'note', text }, posts: [] }
}
