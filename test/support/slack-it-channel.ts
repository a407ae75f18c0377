import assert from 'node:assert/strict'
import type { SlackClient } from '../../infra/practice/slack/client.ts'
import type { Message } from '../../infra/practice/slack/shapes.ts'
import type { Colleague, ItChannel } from './it-channel.ts'
import { patience as usual } from './patience.ts'
import { look } from './slack-look.ts'
import { fileNames, type Seen } from './talker.ts'

/** The IT channel in practice Slack. */
export function slackItChannel(client: SlackClient, channelId: string): ItChannel {
  const userOf = ({ id, name }: Colleague): string => {
    const user = client.userOf(id)
    assert.ok(user, `${name} has no Slack account`)
    return user
  }
  const inThread = (thread: string) => (message: Message) => message.ts === thread || message.threadTs === thread
  let shown: readonly Message[] = []
  client.subscribe(() => void refresh())

  async function refresh(): Promise<void> {
    shown = (await client.channel(channelId)).messages
  }

  async function find(
    belongs: (message: Message) => boolean,
    words: string | RegExp,
    patience: number,
    where: string,
  ): Promise<Seen> {
    const matches = ({ text }: Seen) => (typeof words === 'string' ? text.includes(words) : words.test(text))
    const search = (messages: readonly Message[]) =>
      messages
        .filter((message) => message.from.isBot && belongs(message))
        .map(look)
        .findLast(matches)
    try {
      return await client.waitFor(channelId, search, patience)
    } catch {
      await refresh()
      throw new assert.AssertionError({
        message: `${where} does not show ${words}, but:\n${shown.map((message) => `- ${look(message).text}`).join('\n')}`,
      })
    }
  }

  return {
    headSeen: (words, patience = usual) =>
      find(({ threadTs, ts }) => threadTs === undefined || threadTs === ts, words, patience, 'the IT channel'),
    async reply(person, thread, text, { files = 0 } = {}) {
      const more = { threadTs: thread.id, files: fileNames(files).map((name) => ({ name })) }
      const sent = await client.post(userOf(person), channelId, text, more)
      assert.ok(sent.delivered, 'the bot is not shown what is written there')
      await sent.delivered
    },
    sees: (thread, words, patience = usual) => find(inThread(thread.id), words, patience, 'the thread'),
    async press(person, thread, button, inputs = {}) {
      const user = userOf(person)
      const before = await client.channel(channelId, user)
      const card = before.messages.filter(inThread(thread.id)).findLast((one) => look(one).buttons.includes(button))
      assert.ok(card, `nothing in the thread has a button "${button}"`)
      const asItWas = look(card).text
      const known = new Set(before.messages.map(({ ts }) => ts))
      await client.press(user, channelId, card.ts, { text: button }, inputs)
      // A note to whoever pressed, or the card as it looks now: whichever comes.
      return await client.waitFor(
        channelId,
        (messages) => {
          const note = messages.findLast((message) => message.ephemeralTo === user && !known.has(message.ts))
          const now = messages.find(({ ts }) => ts === card.ts)
          if (note) return look(note).text
          return now && look(now).text !== asItWas ? look(now).text : undefined
        },
        usual,
        user,
      )
    },
    thread: (thread) => shown.filter(inThread(thread.id)).map(look),
  }
}
