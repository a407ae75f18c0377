import type { ChannelName } from '../channels/chat.ts'
import type { AskedManager, OperationName } from '../desk.ts'
import { openConfirmation, withdrawOfDialog } from '../identity/manager.ts'
import type { Person } from '../identity/person.ts'
import { operationFacts } from '../policy/operations.ts'
import { isNewLink } from '../slack-people/new-link.ts'
import { readPost, writePosts } from '../turns/outbox.ts'
import { closeCards, confirmationPost } from './close-cards.ts'
import { type ManagerGround, managerOf } from './manager-of.ts'

export interface AskingGround extends ManagerGround {
  readonly bringOut: (keys: readonly string[]) => Promise<void>
  /** Whether somebody's word counts who is signed in there. */
  readonly channelIsStrong: (channel: ChannelName | undefined) => boolean
}

/** Sends the manager a card with three numbers, one of them the person's. The same key asks once. */
export async function askManager(
  ground: AskingGround,
  asking: {
    readonly person: Person
    readonly dialogId: string
    readonly correlationId: string
    readonly channel: ChannelName | undefined
  },
  key: string,
  purpose: OperationName,
): Promise<AskedManager | { readonly unavailable: string }> {
  const { database, clock, policy } = ground
  const { person, dialogId, correlationId } = asking
  const found = await managerOf(ground, person)
  if ('unavailable' in found) return { unavailable: found.unavailable }
  const { manager } = found
  const opened = await openConfirmation(
    { database, clock },
    {
      id: `${dialogId}:${key}`,
      tenant: person.tenant,
      asker: person.id,
      confirmer: manager.id,
      purpose,
      dialogId,
      correlationId,
      ttlMs: policy.confirmation.expiresAfter,
    },
  )
  if (!opened.ok) return { unavailable: busy(opened.reason) }
  const { confirmation } = opened
  const asker = await ground.directory.user(person.id)
  const post = confirmationPost(confirmation.id)
  const data = {
    asker: person.name,
    // Names may look alike, also within one department.
    department: [asker.jobTitle, asker.department].filter(Boolean).join(', ') || 'not given',
    purpose: operationFacts[purpose].title,
    from: chatIn(asking.channel),
    ids: { askedAt: `${clock().toISOString().slice(0, 19)}Z` },
    choices: confirmation.choices.map((choice) => ({ title: String(choice), ids: { pick: String(choice) } })),
  }
  // The directory may name somebody else by now: the card goes to whoever this confirmation is for.
  const to = { tenant: person.tenant, person: confirmation.confirmer }
  await writePosts(
    database,
    [{ key: post, to, content: { card: 'confirm-number', data }, dialogId, correlationId }],
    clock,
  )
  await ground.bringOut([post])
  const brought = await readPost(database, post)
  const at = brought?.place?.channel
  const tooNew = await isNewLink(ground, { tenant: person.tenant, id: manager.id }, at)
  const tooWeak = (at !== undefined && !ground.channelIsStrong(at)) || tooNew
  if (brought?.state === 'failed' || tooWeak) {
    const withdrawn = await withdrawOfDialog({ database, clock }, dialogId)
    await ground.bringOut(await closeCards(ground, withdrawn, 'Not needed any more.'))
    return { unavailable: tooNew ? newChat : tooWeak ? weakChat : unreachable }
  }
  return { id: confirmation.id, number: confirmation.number, managerName: manager.displayName }
}

const unreachable =
  'I cannot reach your manager: they may have blocked me. Ask them to write to me once, or prove it in another way.'
const weakChat =
  'The chat in which your manager writes to me asks for no second factor, so their word does not count there. Ask them to write to me in Microsoft Teams, or prove it in another way.'

const newChat =
  'The Slack account in which your manager writes to me was linked to them only lately, so their word does not count there yet. Ask them to write to me in Microsoft Teams, or prove it in another way.'

function chatIn(channel: ChannelName | undefined): string {
  if (channel === undefined) return 'their own chat with HelpBot'
  return `their own chat in ${channel === 'slack' ? 'Slack' : 'Microsoft Teams'}`
}

function busy(reason: 'own-confirmer' | 'confirmer-busy' | 'asker-busy'): string {
  if (reason === 'own-confirmer') return 'The directory names you as your own manager.'
  if (reason === 'confirmer-busy')
    return 'Your manager has too many such requests open right now. Please try again later.'
  return 'You have asked your manager several times already. Please try again later, or go to IT in person.'
}
