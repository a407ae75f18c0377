import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { auditTrail } from '../../../bot/audit/trail.ts'
import {
  type Address,
  type Channel,
  type ChannelName,
  type Content,
  DeliveryError,
  type Place,
  type Reply,
} from '../../../bot/channels/chat.ts'
import type { DirectoryUser } from '../../../bot/directory/directory.ts'
import type { ThreadDraft } from '../../../bot/escalation/escalation.ts'
import type { EscalationGround, FreezeRequest } from '../../../bot/escalation/ground.ts'
import { itThreads } from '../../../bot/escalation/it-threads.ts'
import { headKey } from '../../../bot/escalation/threads.ts'
import type { Person } from '../../../bot/identity/person.ts'
import type { OperationResult } from '../../../bot/operations/operation.ts'
import { builtInTickets } from '../../../bot/tickets/built-in.ts'
import { conversationsIn } from '../../../bot/turns/conversations.ts'
import { deliverer } from '../../../bot/turns/deliver.ts'
import { readPost } from '../../../bot/turns/outbox.ts'
import { startTestPostgres } from '../../support/postgres.ts'
import { minutes, somebody, startClock } from '../identity/people.ts'
import { defaultPolicy } from '../policy/examples.ts'

/** A message as it stands in a chat now. */
export interface Shown {
  readonly place: Place
  readonly post: string
  /** The message below which it stands. */
  readonly thread: string | undefined
  content: Content
}

/** IT sits in a Slack channel, people write in Teams; all between is real but the two services themselves. */
export async function openOffice(options: { hasItChannel?: boolean } = {}) {
  const hasItChannel = options.hasItChannel ?? true
  const postgres = await startTestPostgres()
  const clock = startClock()
  const shown: Shown[] = []
  const trouble = { itChannel: false }
  const helen = somebody('Helen Park')
  const sam = somebody('Sam Whitfield')
  const staff = new Set<string>([helen.id, sam.id])
  const users = new Map<string, Partial<DirectoryUser>>()
  const freezes: FreezeRequest[] = []
  const freezing: { answer: () => Promise<OperationResult | 'still-running'> } = {
    answer: async () => ({ state: 'done', sentence: 'Sign-in is blocked.', at: clock.now().toISOString() }),
  }

  function channel(name: ChannelName): Channel {
    return {
      name,
      async post(address: Address, post, content) {
        if (trouble.itChannel && address.conversation === 'C-IT') throw new DeliveryError('later', 'not now')
        // As slow as a network: whoever else is about to post the same does so now.
        await new Promise((resolve) => setTimeout(resolve, 5))
        const place = {
          channel: name,
          conversation: address.conversation,
          serviceUrl: '',
          message: String(shown.length + 1),
        }
        shown.push({ place, post, thread: address.thread, content })
        return place
      },
      async update(place, _post, content) {
        const message = shown.find((one) => one.place.message === place.message)
        if (message) message.content = content
      },
      async reach(person) {
        return { channel: name, conversation: `chat:${person.id}`, serviceUrl: '' }
      },
      async typing() {},
      itAddress: () =>
        name === 'slack' && hasItChannel ? { channel: 'slack', conversation: 'C-IT', serviceUrl: '' } : undefined,
      async probe() {},
    }
  }
  const channels = new Map<ChannelName, Channel>([
    ['teams', channel('teams')],
    ['slack', channel('slack')],
  ])
  const { database } = postgres
  const conversations = conversationsIn(database, clock.now, channels)
  const deliver = deliverer({
    database,
    clock: clock.now,
    conversations,
    channels,
    sendMail: async () => undefined,
    lost: async () => [],
    log: pino({ level: 'silent' }),
  })
  const ground: EscalationGround = {
    database,
    clock: clock.now,
    ticketsIn: (connection) => builtInTickets(connection, clock.now),
    audit: auditTrail(database, clock.now),
    directory: {
      async user(id) {
        const user = users.get(id)
        if (!user) throw new Error('the directory does not answer')
        return user as DirectoryUser
      },
    },
    hasItChannel,
    isIt: async ({ id }) => staff.has(id),
    channelIsStrong: (channel) => channel === 'teams',
    policy: defaultPolicy,
    freeze: async (request) => {
      freezes.push(request)
      return await freezing.answer()
    },
    reminders: { normal: 60 * minutes, high: 10 * minutes },
    answerWithin: 10 * minutes,
  }
  const escalation = itThreads(ground)
  /** IT is in Slack, and everybody in it has been for long. */
  for (const { tenant, id } of [helen, sam]) await linked({ tenant, id }, null)

  async function linked({ tenant, id }: Pick<Person, 'tenant' | 'id'>, since: Date | null): Promise<void> {
    const link = { tenant_id: tenant, user_id: id, email: `${id}@company.example`, new_since: since }
    const at = { bound_at: clock.now(), checked_at: clock.now() }
    await database
      .insertInto('slack_people')
      .values({ team_id: 'T1', slack_user_id: `U${id}`, ...link, ...at })
      .onConflict((conflict) => conflict.columns(['team_id', 'slack_user_id']).doUpdateSet({ new_since: since }))
      .execute()
  }

  function textOf(content: Content): string {
    if ('text' in content) return content.text
    return JSON.stringify({ ...content.data, closed: content.closed })
  }
  const inIt = () => shown.filter(({ place }) => place.conversation === 'C-IT')
  const chatOf = (person: Person) => shown.filter(({ place }) => place.conversation.endsWith(person.id))

  return {
    database,
    clock,
    ground,
    escalation,
    helen,
    sam,
    staff,
    users,
    trouble,
    freezes,
    freezing,
    linked,
    deliver,
    conversations,
    textOf,
    inIt,
    chatOf,
    /** What stands below the card of a thread. */
    below: (id: string) => {
      const head = inIt().find(({ post }) => post === headKey(id))
      return inIt()
        .filter(({ thread }) => thread !== undefined && thread === head?.place.message)
        .map(({ content }) => textOf(content))
    },
    head(id: string): Shown {
      const head = inIt().find(({ post }) => post === headKey(id))
      assert.ok(head, `no card heads ${id}`)
      return head
    },
    /** What the card that heads a thread says now. */
    card(id: string): string {
      return textOf(this.head(id).content)
    },
    /** The buttons that are on it. */
    buttonsOn(id: string): readonly string[] {
      const { content } = this.head(id)
      if (!('card' in content) || content.closed !== undefined) return []
      const { data } = content
      return ['take', 'resolve', 'verify', 'freeze', 'confirm'].filter((name) => (data[name] as unknown[]).length > 0)
    },
    async open(draft: Partial<ThreadDraft> & { person: Person }) {
      const id = draft.id ?? randomUUID()
      const opened = await escalation.open({
        id,
        reason: 'asks-for-a-person',
        title: 'Somebody asks for a person',
        urgency: 'normal',
        facts: [{ title: 'About', value: 'The badge opens no door' }],
        correlationId: randomUUID(),
        ...draft,
      })
      await deliver.now(opened.posts)
      return { id, ...opened }
    },
    async itWrites(id: string, person: Person, text: string, more: { event?: string; attachments?: number } = {}) {
      const { place } = this.head(id)
      const words = {
        person,
        text,
        attachments: more.attachments ?? 0,
        event: more.event ?? randomUUID(),
        correlationId: randomUUID(),
      }
      const answered = await escalation.fromIt(place, words)
      await deliver.now(answered.posts)
      return answered.note
    },
    async personWrites(person: Person, text: string, more: { event?: string; attachments?: number } = {}) {
      const words = {
        person,
        text,
        attachments: more.attachments ?? 0,
        event: more.event ?? randomUUID(),
        correlationId: randomUUID(),
      }
      const passed = await escalation.fromPerson(words)
      if (passed) await deliver.now(passed.posts)
      return passed !== undefined
    },
    /** Presses a button on a post; answers the note, or the card as it looks then. */
    async press(person: Person, verb: string, key: string, values: Record<string, string> = {}): Promise<string> {
      const post = await readPost(database, key)
      assert.ok(post, `there is no post ${key}`)
      const button = escalation.buttons[verb]
      assert.ok(button, `there is no button ${verb}`)
      const { reply, posts } = await button({ person, post, values, correlationId: randomUUID(), submitted: false })
      await deliver.now(posts)
      return said(reply)
    },
    async bring(keys: readonly string[]) {
      await deliver.now(keys)
    },
    async row(id: string) {
      return await database.selectFrom('threads').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    },
    async audited(action: string) {
      const rows = await database.selectFrom('audit').select('event').orderBy('seq').execute()
      return rows
        .map(({ event }) => event as { action: string; actor: string; target: string; outcome: string; detail: object })
        .filter((event) => event.action === action)
    },
    close: () => postgres.close(),
  }

  function said(reply: Reply): string {
    if (reply.kind === 'note') return reply.text
    return reply.kind === 'card' ? textOf(reply.content) : ''
  }
}

export type Office = Awaited<ReturnType<typeof openOffice>>
