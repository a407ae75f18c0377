import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { tenantId, userId } from '../identity/person.ts'
import { isKeepable, keepable } from '../text/keepable.ts'
import type { Address, Arrival, Inbound, Place } from './chat.ts'
import { attachmentsSchema, countAttachments } from './teams-attachments.ts'
import { placeIn, splitConversation } from './teams-thread.ts'

const id = z.string().min(1).max(1_000).refine(isKeepable)

/** The parts of a Bot Framework activity that HelpBot reads; sizes are bounded, all else is ignored. */
const activitySchema = z.object({
  type: z.string().max(100),
  id: id.optional(),
  name: z.string().max(200).optional(),
  channelId: z.string().max(100),
  serviceUrl: z.url().max(500).refine(isKeepable),
  text: z.string().max(30_000).nullish(),
  attachments: attachmentsSchema.nullish(),
  value: z.unknown().optional(),
  replyToId: id.optional(),
  from: z.object({ id, name: z.string().max(500).optional(), aadObjectId: z.string().max(100).optional() }),
  recipient: z.object({ id }).optional(),
  conversation: z.object({
    id,
    conversationType: z.string().max(50).optional(),
    tenantId: z.string().max(100).optional(),
  }),
  channelData: z.object({ tenant: z.object({ id: z.string().max(100) }).optional() }).optional(),
  membersAdded: z.array(z.object({ id })).max(1_000).optional(),
  action: z.string().max(50).optional(),
  entities: z
    .array(
      z.object({
        type: z.string().max(100),
        text: z.string().max(1_000).optional(),
        mentioned: z.object({ id, name: z.string().max(500).optional() }).optional(),
      }),
    )
    .max(100)
    .optional(),
})

/** Why an activity is not worked on. `unverifiable` is told to the person, the others are not for us. */
export type Unread = { readonly unread: 'malformed' | 'unverifiable' | 'not-for-us' }

/** What an activity says, and how its HTTP request wants to be answered. */
export interface ReadActivity {
  readonly arrival: Arrival
  /** Group chats and channels: nothing sensitive is said there. */
  readonly isPublic: boolean
  readonly invoke: 'card' | 'fetch' | 'submit' | undefined
}

/**
 * Reads an authenticated activity of Teams. The sender is `from.aadObjectId` within `channelData.tenant.id`; both must be there.
 * Where others read along, words are for us when they stand in a thread of the IT channel or mention the bot: with the permission
 * ChannelMessage.Read.Group it is shown all the others too. What is edited afterwards is not read again.
 * Source: Bot Framework "Activity schema"; Teams "Conversation basics", "Universal Actions", "Dialogs", "Receive all
 * conversation messages with RSC".
 */
export function readActivity(body: unknown, itChannel: string | undefined): ReadActivity | Unread {
  const parsed = activitySchema.safeParse(body)
  if (!parsed.success) return { unread: 'malformed' }
  const activity = parsed.data
  if (activity.channelId !== 'msteams') return { unread: 'malformed' }
  const read = readInbound(activity)
  if (!read) return { unread: 'not-for-us' }
  const tenant = tenantId.safeParse(activity.channelData?.tenant?.id)
  const person = userId.safeParse(activity.from.aadObjectId)
  if (!tenant.success || !person.success) return { unread: 'unverifiable' }
  if (activity.conversation.tenantId !== undefined && activity.conversation.tenantId.toLowerCase() !== tenant.data)
    return { unread: 'unverifiable' }
  const address: Address = {
    channel: 'teams',
    ...splitConversation(activity.conversation.id),
    serviceUrl: activity.serviceUrl,
  }
  const isPublic = activity.conversation.conversationType !== 'personal'
  const thread = read.inbound.kind === 'text' ? threadOf(activity, address, itChannel) : undefined
  if (isPublic && read.inbound.kind === 'text' && !thread && !mentionsBot(activity)) return { unread: 'not-for-us' }
  return {
    invoke: read.invoke,
    isPublic,
    arrival: {
      id: keepable(`teams:${activity.conversation.id}:${activity.id ?? randomUUID()}`, 1_200),
      sender: { tenant: tenant.data, id: person.data, name: keepable(activity.from.name ?? '', 500) },
      address,
      place: activity.replyToId === undefined ? undefined : placeIn(address, activity.replyToId),
      ...(thread ? { thread } : {}),
      correlationId: randomUUID(),
      inbound: read.inbound,
    },
  }
}

type Activity = z.infer<typeof activitySchema>

function readInbound(activity: Activity): { inbound: Inbound; invoke: ReadActivity['invoke'] } | undefined {
  if (activity.type === 'message') return { inbound: readMessage(activity), invoke: undefined }
  if (activity.type === 'invoke') return readInvoke(activity)
  const added = activity.type === 'conversationUpdate' && activity.membersAdded?.some(isBot(activity))
  const installed = activity.type === 'installationUpdate' && activity.action?.startsWith('add')
  return added || installed ? { inbound: { kind: 'hello' }, invoke: undefined } : undefined
}

function isBot(activity: Activity) {
  return (member: { id: string }) => member.id === activity.recipient?.id
}

/** The message of the IT channel below which words stand; whoever begins a thread stands below nothing. */
function threadOf(activity: Activity, address: Address, itChannel: string | undefined): Place | undefined {
  const { conversation, thread } = address
  const inChannel = activity.conversation.conversationType === 'channel' && conversation === itChannel
  return inChannel && thread && thread !== activity.id ? placeIn(address, thread) : undefined
}

/** A message is words with or without files, or (Action.Submit) the values of a card. */
function readMessage(activity: Activity): Inbound {
  const press = readPress(activity.value)
  if (press) return press
  const attachments = countAttachments(activity.attachments ?? [], activity.text ?? '')
  return { kind: 'text', text: withoutMention(activity), attachments }
}

function mentionsOf(activity: Activity) {
  const mentions = activity.entities?.filter(({ type }) => type === 'mention') ?? []
  return mentions.map(({ text = '', mentioned }) => ({
    text,
    ofBot: mentioned === undefined || mentioned.id === activity.recipient?.id,
    name: mentioned?.name ?? text.replace(/<\/?at>/g, ''),
  }))
}

function mentionsBot(activity: Activity): boolean {
  return mentionsOf(activity).some(({ ofBot }) => ofBot)
}

/** A message is no longer, once those who are mentioned stand there by name. */
const longestText = 100_000

/** In channels the bot is addressed as `<at>HelpBot</at>`: that is not part of what was said. Others keep their names. */
function withoutMention(activity: Activity): string {
  const text = mentionsOf(activity).reduce(
    (words, mention) => words.replace(mention.text, () => (mention.ofBot ? '' : mention.name)),
    activity.text ?? '',
  )
  return keepable(text, longestText).trim()
}

const executeValue = z.object({
  action: z.object({ verb: z.string().max(100).refine(isKeepable).optional(), data: z.unknown().optional() }),
})
const taskValue = z.object({ data: z.unknown() })

function readInvoke(activity: Activity): { inbound: Inbound; invoke: ReadActivity['invoke'] } | undefined {
  if (activity.name === 'adaptiveCard/action') {
    const parsed = executeValue.safeParse(activity.value)
    const press = parsed.success ? readPress(parsed.data.action.data, parsed.data.action.verb) : undefined
    return press && { inbound: press, invoke: 'card' }
  }
  if (activity.name !== 'task/fetch' && activity.name !== 'task/submit') return undefined
  const parsed = taskValue.safeParse(activity.value)
  const given = parsed.success ? readValues(parsed.data.data) : undefined
  if (!given) return undefined
  const kind = activity.name === 'task/fetch' ? 'open' : 'submit'
  return { inbound: { kind, ...given }, invoke: activity.name === 'task/fetch' ? 'fetch' : 'submit' }
}

function readPress(data: unknown, verb?: string): Inbound | undefined {
  const given = readValues(data)
  if (!given) return undefined
  return { kind: 'press', verb: verb ?? given.values.verb ?? '', ...given }
}

const valuesSchema = z.record(z.string().max(100), z.unknown())

/** Inputs and data of a card: at most 30 short texts, numbers and switches, and the key of the post. */
function readValues(data: unknown): { post: string; values: Record<string, string> } | undefined {
  const parsed = valuesSchema.safeParse(data)
  if (!parsed.success) return undefined
  const simple = Object.entries(parsed.data).filter(
    ([key, value]) => isKeepable(key) && ['string', 'number', 'boolean'].includes(typeof value),
  )
  const entries = simple.slice(0, 30).map(([key, value]) => [key, keepable(String(value), 2_000)] as const)
  const { post, ...values } = Object.fromEntries(entries)
  return post === undefined ? undefined : { post: keepable(post, 300), values }
}
