import type { ChannelName } from '../channels/chat.ts'
import type { Person } from '../identity/person.ts'
import { elsewhere, newLinkOf, stillNew } from '../slack-people/new-link.ts'
import type { Button } from '../turns/button.ts'
import { readPost } from '../turns/outbox.ts'
import { type Came, type LockdownGround, no } from './ground.ts'
import { confirmLockdown, withdrawLockdown } from './settle.ts'

const prefix = 'lockdown:'

/**
 * The buttons of a proposal's card in the IT channel. Which proposal it is follows from the card, never from what the client sends;
 * who may press is asked of the directory at every click.
 */
export function lockdownButtons(ground: LockdownGround): Readonly<Record<string, Button>> {
  return {
    'lockdown-confirm': pressed(ground, async (person, id, channel) => {
      const link = await newLinkOf(ground, person, channel)
      return link ? no(stillNew(link, elsewhere)) : await confirmLockdown(ground, person, { id, dialogId: null })
    }),
    'lockdown-withdraw': pressed(ground, (person, id) => withdrawLockdown(ground, person, id)),
  }
}

function pressed(
  ground: LockdownGround,
  work: (person: Person, id: string, channel: ChannelName | undefined) => Promise<Came>,
): Button {
  return async ({ person, post }) => {
    const note = (text: string, posts: readonly string[] = []) => ({ reply: { kind: 'note', text } as const, posts })
    if (!post.key.startsWith(prefix)) return note('This button belongs to no request.')
    if (!(await ground.isIt(person).catch(() => false))) return note('Only IT can use these buttons.')
    const came = await work(person, post.key.slice(prefix.length), post.place?.channel)
    if (!came.ok) return note(came.sentence, came.posts)
    const after = await readPost(ground.database, post.key)
    if (!after || !('card' in after.content)) return note(came.sentence, came.posts)
    return { reply: { kind: 'card', post: post.key, content: after.content }, posts: came.posts }
  }
}
