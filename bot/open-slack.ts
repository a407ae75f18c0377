import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { commands } from '../dialogs/commands.ts'
import type { Audit } from './audit/audit.ts'
import type { Arrival, CardContent, Reply } from './channels/chat.ts'
import { type SlackChannel, slackChannel } from './channels/slack.ts'
import type { Clock } from './clock.ts'
import type { SlackSettings } from './config.ts'
import type { Directory } from './directory/directory.ts'
import type { Person, TenantId } from './identity/person.ts'
import { slackPeople } from './slack-people/slack-people.ts'
import type { Ephemeral } from './store/ephemeral.ts'
import type { Schema } from './store/schema.ts'
import { readPost } from './turns/outbox.ts'

/** Slack, with the people in it matched to the directory. */
export function openSlack(ground: {
  readonly settings: SlackSettings
  readonly tenant: TenantId
  readonly database: Kysely<Schema>
  readonly ephemeral: Ephemeral
  readonly audit: Audit
  readonly directory: Directory
  /** The practice company may move its clock; signatures and triggers go by the real time. */
  readonly clock: Clock
  readonly realTime: Clock
  readonly receive: (arrival: Arrival, isPublic: boolean) => Promise<Reply>
  readonly recognise: (sender: Arrival['sender']) => Promise<{ person: Person } | { refusal: string }>
  /** See slackPeople. */
  readonly rollOut: number
  readonly home: (person: Person) => Promise<CardContent>
  readonly log: Logger
}): SlackChannel {
  const { settings, database } = ground
  const people = slackPeople({
    ...ground,
    team: settings.teamId,
    profile: (user) => channel.web.profile(user),
    findByEmail: (email) => channel.web.findByEmail(email),
  })
  const channel: SlackChannel = slackChannel({
    settings,
    log: ground.log,
    clock: ground.realTime,
    ephemeral: ground.ephemeral,
    commands,
    receive: ground.receive,
    ...people,
    async contentOf(key, sender) {
      const post = await readPost(database, key)
      const theirs = post?.tenant === sender.tenant && post.person === sender.id
      return theirs && 'card' in post.content ? post.content : undefined
    },
    async home(sender) {
      const recognised = await ground.recognise(sender)
      if ('person' in recognised) return await ground.home(recognised.person)
      return { card: 'message', data: { title: 'HelpBot', text: recognised.refusal } }
    },
  })
  return channel
}
