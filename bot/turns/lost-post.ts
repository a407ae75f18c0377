import type { Escalation } from '../escalation/escalation.ts'
import { originalKey } from '../notices/notice.ts'
import type { Post } from './outbox.ts'

const reasons: Readonly<Record<string, string>> = {
  blocked: 'the person has blocked HelpBot',
  'not-installed': 'HelpBot is not installed for the person',
}

/** What it was, by the card it stood on. */
const messages: Readonly<Record<string, string>> = {
  'confirm-number': 'a question to them as a manager',
  'match-number': 'a question whether it is they who need help',
  'verify-caller': 'a question whether they are on the phone with IT',
  'read-out': 'a question to them as a manager, to read something out',
  'it-says': 'what IT wrote to them',
  'access-ask': 'a request for access that they were to decide on',
  'access-question': 'a question about their request for access',
  'access-news': 'news of a request for access',
  'access-ends': 'that access is about to end',
  'contract-ends': 'that a contractor’s account is about to end',
  'contract-sponsor': 'a question whether they take over a contractor',
  'access-summary': 'that access has ended',
  'locked-out': 'an offer to unlock their account',
  notice: 'a notice of what was done to their account',
}

/**
 * A message that cannot be brought to a person is told to IT: nobody is left to believe that it arrived.
 * @returns the posts to be brought out
 */
export function tellItOfLostPost(escalation: Pick<Escalation, 'open'>) {
  return async (post: Post, why: string): Promise<readonly string[]> => {
    // What is for IT and cannot be shown has its ticket already; a further card of a notice is told of by the first one.
    if (post.person === undefined || originalKey(post.key) !== post.key) return []
    const name = 'card' in post.content ? post.content.card : ''
    const mail = 'mail' in post.content ? 'a notice by mail' : undefined
    const facts = [
      { title: 'Message', value: mail ?? messages[name] ?? 'an answer to them in the chat' },
      { title: 'Why', value: reasons[why] ?? 'the chat service refused it' },
    ]
    const opened = await escalation.open({
      id: `lost:${post.key}`,
      person: { tenant: post.tenant, id: post.person, name: '' },
      reason: 'undelivered',
      title: 'A message could not be delivered',
      urgency: 'normal',
      facts,
      correlationId: post.correlationId,
    })
    return opened.posts
  }
}
