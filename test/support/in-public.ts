import assert from 'node:assert/strict'
import type { SlackClient } from '../../infra/practice/slack/client.ts'
import type { Message as SlackMessage } from '../../infra/practice/slack/shapes.ts'
import { generalChannelId as slackGeneral } from '../../infra/practice/slack/slack.ts'
import type { TeamsClient } from '../../infra/practice/teams/client.ts'
import type { Message as TeamsMessage } from '../../infra/practice/teams/message.ts'
import { generalChannelId as teamsGeneral } from '../../infra/practice/teams/teams.ts'
import type { Colleague } from './it-channel.ts'
import { patience } from './patience.ts'
import { look } from './slack-look.ts'
import type { Seen } from './talker.ts'

/** Something HelpBot has written where others read along. */
export interface PublicMessage extends Seen {
  /** All that the product carries of it, seen or not. */
  readonly raw: string
}

/** Somebody where others read along. Places are named as the chat product does. */
export interface InPublic {
  /** A channel that everybody can read and HelpBot is in. */
  readonly everybodys: string
  /** Some people and HelpBot: a group chat in Teams, a private channel in Slack. */
  openGroup(others: readonly Colleague[], name: string): string
  /** Writes there, mentioning HelpBot unless told otherwise. Resolves when HelpBot has taken it, where it is shown it. */
  say(place: string, text: string, more?: { readonly mention?: boolean }): Promise<void>
  /** What HelpBot has written there as far as this person sees it, oldest first. */
  read(place: string): Promise<readonly PublicMessage[]>
  /** Waits until HelpBot has written more than so many messages there. */
  sees(place: string, moreThan: number): Promise<readonly PublicMessage[]>
}

/**
 * @param seen what this person sees of a message
 * @param took is told the id of what was delivered
 */
export function teamsInPublic(
  client: TeamsClient,
  person: Colleague,
  seen: (message: TeamsMessage) => Seen,
  took: (id: string) => void,
): InPublic {
  const ofBot = (messages: readonly TeamsMessage[]) =>
    messages
      .filter(({ from }) => from.role === 'bot')
      .map((message) => ({ ...seen(message), raw: JSON.stringify(message) }))
  return {
    everybodys: teamsGeneral,
    openGroup: (others, name) => client.openGroupChat([person.id, ...others.map(({ id }) => id)], name).conversationId,
    async say(place, text, { mention = true } = {}) {
      const delivery = await client.post(place, { personId: person.id, text, mention }).delivered
      if (!delivery) return assert.equal(mention, false, 'HelpBot is shown what mentions it')
      assert.equal(delivery.status, 200)
      took(delivery.activityId)
    },
    read: async (place) => ofBot(client.conversation(place).messages),
    sees: (place, moreThan) => client.waitFor(place, (all) => enough(ofBot(all), moreThan), patience),
  }
}

/** What others see there as well counts as much as what is shown to this person alone. */
export function slackInPublic(client: SlackClient, user: string, took: (id: string) => void): InPublic {
  const ofBot = (messages: readonly SlackMessage[]) =>
    messages
      .filter(({ from }) => from.isBot)
      .map((message) => ({ ...look(message), raw: JSON.stringify([message.text, message.blocks]) }))
  return {
    everybodys: slackGeneral,
    openGroup(others, name) {
      const users = others.map((other) => client.userOf(other.id) ?? assert.fail(`${other.name} has no Slack account`))
      return client.openPrivateChannel([user, ...users], name)
    },
    async say(place, text, { mention = true } = {}) {
      const { delivered } = await (mention ? client.mention : client.post)(user, place, text)
      const delivery = await delivered
      assert.equal(delivery?.status, 200)
      took(delivery.eventId)
    },
    read: async (place) => ofBot((await client.channel(place, user)).messages),
    sees: (place, moreThan) => client.waitFor(place, (all) => enough(ofBot(all), moreThan), patience, user),
  }
}

const enough = (messages: readonly PublicMessage[], moreThan: number) =>
  messages.length > moreThan ? messages : undefined
