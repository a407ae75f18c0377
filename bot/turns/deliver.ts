import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { type Address, type Channel, type ChannelName, DeliveryError, type Place } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import type { Conversations } from './conversations.ts'
import { oneAtATime, TooManyAtOnce } from './one-at-a-time.ts'
import { claimDuePosts, headOfThread, type MailContent, markFailed, markSent, type Post, readPosts } from './outbox.ts'
import type { Sent } from './post-statements.ts'

/** A post is tried this often, over more than half an hour, before it is given up and IT is told. */
const mostAttempts = 14
/** Whoever took posts over has this long: longer than so many chats at once take, when every call runs into its timeout. */
const lease = 60_000
const hands = 10
/** More deliveries do not wait for one chat: the sweep brings those out. */
const mostInLine = 50
/** Whoever wrote posts begins none of them later than this: what is left is the sweep's, and would stand there twice. */
const ownTime = 2_000
/** How long a post waits of whose loss nobody could be told. */
const untoldWait = 60_000

export interface DeliverDependencies {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly conversations: Conversations
  readonly channels: ReadonlyMap<ChannelName, Channel>
  readonly sendMail: (content: MailContent) => Promise<void>
  /** Called when a post cannot be brought out for good, repeatable; answers the posts that say so. */
  readonly lost: (post: Post, why: string) => Promise<readonly string[]>
  readonly log: Logger
}

export interface Deliver {
  /** Brings out posts that were just written, in their order. */
  now(keys: readonly string[]): Promise<void>
  /** The same, for whoever has them as they were written. */
  fresh(posts: readonly Post[]): Promise<void>
  /** Brings out what nobody has; answers how many were taken. */
  due(limit: number): Promise<number>
}

/** Brings posts to where they belong. A post that is in the chat already is changed there. */
export function deliverer(dependencies: DeliverDependencies): Deliver {
  const { database, clock, channels, conversations, log } = dependencies
  /** Deliveries into one chat wait for each other, so that no card shows an older look after a newer one. */
  const inLine = oneAtATime(mostInLine)

  /**
   * The posts of one chat in their order. Each that is new to the chat is marked at once, lest it stand there twice; one that was
   * only changed is marked with the next, for changing it once more does no harm.
   */
  async function bringChat(posts: readonly Post[], until: number): Promise<void> {
    const unmarked: Sent[] = []
    for (const post of posts) {
      if (performance.now() >= until) break
      try {
        unmarked.push({ post, place: await placeOf(post) })
        if (!post.place) await markSent(database, unmarked.splice(0))
      } catch (error) {
        await missed(post, error)
      }
    }
    if (unmarked.length > 0) await markSent(database, unmarked)
  }

  async function placeOf(post: Post): Promise<Place | undefined> {
    if ('mail' in post.content) {
      await dependencies.sendMail(post.content)
      return undefined
    }
    if (post.place) {
      const channel = channels.get(post.place.channel)
      if (!channel) throw new DeliveryError('refused', `there is no channel ${post.place.channel}`)
      await channel.update(post.place, post.key, post.content)
      return post.place
    }
    const address = await addressOf(post)
    const channel = channels.get(address.channel)
    if (!channel) throw new DeliveryError('refused', `there is no channel ${address.channel}`)
    return await channel.post(address, post.key, post.content)
  }

  async function addressOf(post: Post): Promise<Address> {
    if (post.person) return await conversations.addressOf(post.tenant, post.person, post.channel)
    if (post.thread !== undefined) return await belowHead(post.thread)
    const address = [...channels.values()].map((channel) => channel.itAddress()).find(Boolean)
    if (!address)
      throw new DeliveryError('refused', 'no IT channel is configured (TEAMS_IT_CHANNEL or SLACK_IT_CHANNEL)')
    return address
  }

  async function belowHead(thread: string): Promise<Address> {
    const head = await headOfThread(database, thread)
    if (!head || (head.state === 'failed' && !head.place))
      throw new DeliveryError('refused', 'the card that heads the thread is not in the IT channel')
    if (!head.place) throw new DeliveryError('later', 'the card that heads the thread is not posted yet')
    const { channel, conversation, serviceUrl, message } = head.place
    return { channel, conversation, serviceUrl, thread: message }
  }

  async function missed(post: Post, error: unknown): Promise<void> {
    const known = error instanceof DeliveryError ? error : undefined
    const reason = error instanceof Error ? error.message : String(error)
    if (known?.code === 'gone' && post.place) return await markSent(database, [{ post, place: post.place }])
    const attempts = post.attempts + 1
    const final = known ? known.code !== 'later' && known.code !== 'gone' : false
    if (final || attempts >= mostAttempts) {
      log.warn({ post: post.key, correlationId: post.correlationId, reason }, 'post given up')
      return await giveUp(post, reason, known?.code ?? 'later')
    }
    // A service under load says "in a second" each time: by its word alone all attempts would be used up in seconds.
    const wait = Math.max(known?.retryAfterMilliseconds ?? 0, Math.min(1_000 * 2 ** attempts, 300_000))
    log.info({ post: post.key, correlationId: post.correlationId, reason, wait }, 'post will be tried again')
    await markFailed(database, post, reason, new Date(clock().getTime() + wait))
  }

  /** Whoever must know is told first: who cannot be told now is told when it is given up again. */
  async function giveUp(post: Post, reason: string, code: DeliveryError['code']): Promise<void> {
    try {
      const told = await dependencies.lost(post, code)
      await markFailed(database, post, reason, undefined)
      // Not waited for: it may have to wait for this chat itself.
      now(told).catch((error: unknown) => log.error({ error: String(error) }, 'posts not brought out; a sweep will'))
    } catch (error) {
      log.error({ post: post.key, error: String(error) }, 'nobody was told of a lost post; tried again')
      await markFailed(database, post, reason, new Date(clock().getTime() + untoldWait))
    }
  }

  async function now(keys: readonly string[]): Promise<void> {
    await fresh(await readPosts(database, keys))
  }

  async function fresh(posts: readonly Post[]): Promise<void> {
    const until = performance.now() + ownTime
    await byChat(
      posts,
      ({ person }) => person ?? 'it',
      (chat) => bringChat(chat, until),
    )
  }

  /** One chat after the other would let a service that hangs hold up everybody else's messages; within a chat the order stands. */
  async function byChat(
    posts: readonly Post[],
    chatOf: (post: Post) => string,
    work: (chat: readonly Post[]) => Promise<void>,
  ): Promise<void> {
    const chats = Map.groupBy(posts, chatOf).entries()
    const hand = async (): Promise<void> => {
      for (const [name, chat] of chats) await inLine(name, () => work(chat)).catch(leaveToTheSweep)
    }
    await Promise.all(Array.from({ length: Math.min(hands, posts.length) }, hand))
  }

  return {
    now,
    fresh,
    async due(limit) {
      const posts = await claimDuePosts(database, clock, limit, lease)
      await byChat(
        posts,
        ({ person, thread }) => person ?? thread ?? 'it',
        (chat) => bringChat(chat, Number.POSITIVE_INFINITY),
      )
      return posts.length
    },
  }
}

function leaveToTheSweep(error: unknown): void {
  if (!(error instanceof TooManyAtOnce)) throw error
}
