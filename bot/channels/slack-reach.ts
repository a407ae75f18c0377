import type { Clock } from '../clock.ts'
import { DeliveryError } from './chat.ts'
import type { SlackWeb } from './slack-web.ts'

/** What is known of an account is good for so long; a change that Slack announces ends it at once. */
const fresh = 60_000
/** Together with the call that posts it is less than the time for which a post is nobody else's (see turns/outbox.ts). */
const patience = 1_500
const mostKnown = 10_000

export interface SlackReach {
  /** @throws DeliveryError refused when nobody will read what is written in this private chat */
  check(chat: string): Promise<void>
  /** Slack says that an account has changed. */
  forget(slackUser: string): void
}

/**
 * Slack takes messages for somebody whose account is deactivated and says nothing; nobody reads them. So the account is looked at
 * before a message is believed to arrive. Source: slackapi/python-slack-sdk issue 1156.
 */
export function slackReach(web: Pick<SlackWeb, 'userIn' | 'profile'>, clock: Clock): SlackReach {
  const lookedAt = new Map<string, number>()

  return {
    check: (chat) => inTime(look(chat)),
    forget: (slackUser) => void lookedAt.delete(slackUser),
  }

  async function look(chat: string): Promise<void> {
    const user = await orNothing(web.userIn(chat))
    const now = clock().getTime()
    const before = user === undefined ? undefined : lookedAt.get(user)
    if (user === undefined || (before !== undefined && now - before < fresh)) return
    const profile = await orNothing(web.profile(user))
    if (profile?.deleted === true) throw new DeliveryError('refused', 'the Slack account is deactivated')
    lookedAt.delete(user)
    lookedAt.set(user, now)
    const [oldest] = lookedAt.keys()
    if (lookedAt.size > mostKnown && oldest !== undefined) lookedAt.delete(oldest)
  }
}

/** Somebody is not kept waiting because Slack takes its time to say who they are; a refusal that comes later is left alone. */
async function inTime(look: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience)
  })
  await Promise.race([look, late]).finally(() => clearTimeout(timer))
}

/** Trouble in looking keeps no message back: posting has its own errors. That somebody cannot be written to is an answer. */
async function orNothing<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look
  } catch (error) {
    if (error instanceof DeliveryError && error.code === 'blocked') throw new DeliveryError('refused', error.message)
    return undefined
  }
}
