import type { Delivery } from '../policy/schema.ts'
import { isNewLink } from '../slack-people/new-link.ts'
import { readPost, writePosts } from '../turns/outbox.ts'
import type { AskingGround } from './ask-manager.ts'
import { endReadOut, type ReadOut, readOutOf, readOutPost, writeReadOut } from './read-outs.ts'

const things: Readonly<Record<Delivery, string>> = {
  'temporary-password': 'a temporary password',
  'temporary-access-pass': 'a Temporary Access Pass',
}

/**
 * Shows the manager a card that offers a window, in their own chat: one a dialog.
 * @param until when the first of the proofs has run out
 */
export async function askToReadOut(
  ground: AskingGround,
  asked: Parameters<typeof writeReadOut>[1],
  until: Date,
): Promise<ReadOut | { readonly unavailable: string }> {
  const { database, clock, policy } = ground
  const { dialogId, tenant, starter, person, correlationId } = asked
  const written = await writeReadOut(ground, asked, until)
  if (!written)
    return { unavailable: 'Their manager has too many such requests open right now. Please try again later.' }
  if (written.state !== 'asked') return written
  const { deliver = 'temporary-password' } = policy.operations['reset-password-for']
  const data = {
    person: person.name,
    starter: starter.name,
    thing: things[deliver],
    ids: { askedAt: `${clock().toISOString().slice(0, 19)}Z` },
  }
  const key = readOutPost(dialogId)
  const to = { tenant, person: written.reader.id }
  await writePosts(database, [{ key, to, content: { card: 'read-out', data }, dialogId, correlationId }], clock)
  await ground.bringOut([key])
  const brought = await readPost(database, key)
  const tooWeak = brought?.place !== undefined && !ground.channelIsStrong(brought.place.channel)
  const tooNew = await isNewLink(ground, { tenant, id: written.reader.id }, brought?.place?.channel)
  if (brought?.state === 'failed' || tooWeak || tooNew) {
    const sentence = (tooWeak ? weakChat : tooNew ? newChat : unreachable)(written.reader.name)
    await endReadOut(ground, dialogId, { state: 'failed', sentence, closing: 'Not needed any more.' })
    await ground.bringOut([key])
  }
  return (await readOutOf(database, dialogId)) ?? written
}

const unreachable = (manager: string): string =>
  `I cannot reach ${manager}, their manager, who would have to read it out: they may have blocked me. Ask them to write to me once, and start again.`
const weakChat = (manager: string): string =>
  `The chat in which ${manager}, their manager, writes to me asks for no second factor, so nothing is shown there. Ask them to write to me in Microsoft Teams, and start again.`
const newChat = (manager: string): string =>
  `The Slack account in which ${manager}, their manager, writes to me was linked to them only lately, so nothing is shown there yet. Ask them to write to me in Microsoft Teams, and start again.`
