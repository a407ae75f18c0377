import { endReadOut, type ReadOut, readOutSignal } from '../approvals/read-outs.ts'
import type { CardContent, Reply } from '../channels/chat.ts'
import type { HandedOver } from '../desk.ts'
import { shownAgain } from '../operations/handover.ts'
import { newLinkOf, stillNew } from '../slack-people/new-link.ts'
import type { Button } from '../turns/button.ts'
import type { Ground } from './ground.ts'
import { operating } from './operating.ts'
import { tooWeak } from './proving.ts'
import { lastMade, note, notYours, readOutOn, show } from './read-out-ground.ts'

/** What the window shows, in words. */
export type WindowFor = (
  handed: Pick<HandedOver, 'kind' | 'minutes' | 'sentence'> & { readonly secret: string },
  person: { readonly name: string },
) => CardContent

/**
 * The window in which a manager is shown what was made for somebody: the very operation of whoever started it, with the proofs of
 * their dialog. Who and for whom stands in our own row; the client names nothing but its card.
 */
export function readOutWindow(ground: Ground, windowFor: WindowFor): Button {
  return async ({ person, post }) => {
    const readOut = await readOutOn(ground, post.key, person)
    if (!readOut) return { reply: note(notYours), posts: [] }
    // The card is taken back where the chat counts for less; this is for whoever is quicker.
    if (!ground.channelIsStrong(post.place?.channel)) return { reply: note(tooWeak), posts: [] }
    const link = await newLinkOf(ground, person, post.place?.channel)
    if (link) return { reply: note(stillNew(link, inTeams)), posts: [] }
    const { dialogId, starter, correlationId, tenant } = readOut
    if (readOut.state !== 'asked') return { reply: await shownBefore(ground, readOut, post.key, windowFor), posts: [] }
    const theirs = { person: { tenant, ...starter }, dialogId, correlationId, channel: undefined }
    const handed = await operating(ground, theirs).resetPasswordFor(show, readOut.person.id, readOut.reader)
    const { secret, sentence, again } = handed
    if (secret === undefined) {
      const reply = windowOf(readOut, post.key, noSecret(sentence))
      if (again) return { reply, posts: [] }
      const ended = await endReadOut(ground, dialogId, { state: 'failed', sentence, closing: 'Nothing was shown.' })
      return { reply, posts: [post.key], ...(ended ? { wake: readOutSignal(dialogId) } : {}) }
    }
    await endReadOut(ground, dialogId, { state: 'shown', sentence, closing: alreadyShown })
    const reply = windowOf(readOut, post.key, windowFor({ ...handed, secret }, readOut.person))
    return { reply, posts: [post.key], wake: readOutSignal(dialogId) }
  }
}

const inTeams = 'Nothing is shown before. Write to me in Microsoft Teams, if you have it, and let them start again.'

/** A second click of the same moment shows the same; whatever comes later shows nothing. */
async function shownBefore(ground: Ground, readOut: ReadOut, post: string, windowFor: WindowFor): Promise<Reply> {
  const { state, decidedAt, dialogId, sentence } = readOut
  if (state !== 'shown') return windowOf(readOut, post, noSecret(`This is over. ${sentence}`))
  const justNow = decidedAt !== undefined && ground.clock().getTime() - decidedAt.getTime() <= shownAgain
  const operation = justNow ? await lastMade(ground.database, dialogId) : undefined
  const secret = operation === undefined ? undefined : ground.handover.take(operation)
  if (secret === undefined) return windowOf(readOut, post, noSecret(alreadyShown))
  const { deliver: kind = 'temporary-password', passLasts = 0 } = ground.policy.operations['reset-password-for']
  return windowOf(readOut, post, windowFor({ secret, kind, minutes: passLasts / 60_000, sentence }, readOut.person))
}

const alreadyShown = 'It was shown to you already, and I keep no copy.'

function noSecret(text: string): CardContent {
  return { card: 'message', data: { title: 'There is nothing to show', text } }
}

function windowOf({ person }: ReadOut, post: string, content: CardContent): Reply {
  return { kind: 'window', title: person.name, post, content }
}
