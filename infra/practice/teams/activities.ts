import { randomUUID } from 'node:crypto'
import type { Conversation } from './conversations.ts'
import { generalChannelId, type Identifiers, teamId, threadOf } from './identifiers.ts'
import type { TeamsPerson } from './people.ts'
import { noFiles, type SentFiles } from './sent-files.ts'

/** An activity on its way to the bot (Bot Framework activity schema, with what Teams adds to it). */
export interface Activity {
  readonly type: string
  readonly id: string
  readonly conversation: { readonly id: string; readonly tenantId: string; readonly conversationType: string }
  readonly [member: string]: unknown
}

export interface ActivityFrom {
  readonly person: TeamsPerson
  readonly conversation: Conversation
  /** Of the message when the activity is one; otherwise made up (`f:…`). */
  readonly id?: string
  readonly threadId?: string | undefined
}

export interface Bot {
  readonly appId: string
  readonly name: string
}

export type BuildActivity = (type: string, from: ActivityFrom, members: Readonly<Record<string, unknown>>) => Activity

export const botIdOf = (bot: Bot) => `28:${bot.appId}`

/** Builds activities exactly as Teams sends them; `members` are those of the activity type and win over the common ones. */
export function activityBuilder(context: {
  readonly tenantId: string
  readonly bot: Bot
  readonly serviceUrl: string
  readonly identifiers: Identifiers
  readonly clock: () => Date
}): BuildActivity {
  const { bot, serviceUrl, identifiers, clock } = context
  return (type, { person, conversation, id, threadId }, members) => {
    // A guest talks in the tenant that invited them; anybody else in their own.
    const tenantId = person.guest ? context.tenantId : person.tenantId
    const now = clock().toISOString()
    return {
      type,
      id: id ?? `f:${randomUUID()}`,
      timestamp: now,
      localTimestamp: now.replace('Z', '+00:00'),
      localTimezone: 'Etc/UTC',
      channelId: 'msteams',
      serviceUrl,
      from: { id: identifiers.ofPerson(person.id), name: person.name, aadObjectId: person.id },
      recipient: { id: botIdOf(bot), name: bot.name },
      conversation: {
        id: threadId === undefined ? conversation.id : threadOf(conversation.id, threadId),
        conversationType: conversation.kind,
        tenantId,
        ...(conversation.kind === 'personal' ? {} : { isGroup: true }),
      },
      entities: [{ type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Web', timezone: 'Etc/UTC' }],
      locale: 'en-US',
      ...members,
      channelData: { ...channelDataOf(conversation), tenant: { id: tenantId }, ...asObject(members.channelData) },
    }
  }
}

function channelDataOf(conversation: Conversation) {
  if (conversation.kind !== 'channel') return {}
  return {
    teamsChannelId: conversation.id,
    teamsTeamId: teamId,
    channel: { id: conversation.id },
    team: { id: generalChannelId },
  }
}

/** The members of a message a person typed, with the bot mentioned at its start if `mention` says so. */
export function typedMessage(
  text: string,
  mention: Bot | undefined,
  files: SentFiles = noFiles,
): Readonly<Record<string, unknown>> {
  if (!mention) {
    const words = text === '' ? {} : { text }
    return { ...words, textFormat: 'plain', attachments: [...files.attachments, asHtml(escapeHtml(text), files)] }
  }
  const at = `<at>${mention.name}</at>`
  return {
    text: `${at} ${text}`,
    textFormat: 'plain',
    attachments: [
      ...files.attachments,
      asHtml(
        `<span itemtype="http://schema.skype.com/Mention" itemid="0">${mention.name}</span> ${escapeHtml(text)}`,
        files,
      ),
    ],
    entities: [
      { type: 'mention', mentioned: { id: botIdOf(mention), name: mention.name }, text: at },
      { type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Web', timezone: 'Etc/UTC' },
    ],
  }
}

/** Teams sends every typed message a second time, as HTML. */
const asHtml = (content: string, { html }: SentFiles) => ({
  contentType: 'text/html',
  content: `<p>${content}</p>${html}`,
})

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const asObject = (value: unknown) => (typeof value === 'object' ? value : {})
