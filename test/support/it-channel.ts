import assert from 'node:assert/strict'
import type { TeamsClient } from '../../infra/practice/teams/client.ts'
import type { Message } from '../../infra/practice/teams/message.ts'
import { patience as usual } from './patience.ts'
import { fileNames, readCard, type Seen, seen } from './talker.ts'

/** Somebody of IT, by their object id in the directory. A Talker is one. */
export interface Colleague {
  readonly id: string
  readonly name: string
}

/** A thread of the IT channel: the message it begins with, as it looked when it was found. */
export interface ThreadSeen extends Seen {
  /** Of the thread, in the words of the chat product; the same however often the head changes. */
  readonly id: string
}

/** The IT channel with people in it. Tests of escalation are written against this, so that they run in every chat product. */
export interface ItChannel {
  /** Waits for a thread of the bot whose head holds the words; the newest where there are several. */
  headSeen(words: string | RegExp, patienceMilliseconds?: number): Promise<ThreadSeen>
  /** Writes below the head, without mentioning the bot. */
  reply(person: Colleague, thread: ThreadSeen, text: string, more?: { readonly files?: number }): Promise<void>
  /** Waits until the head as it looks now, or something the bot has written below it, holds the words; the newest. */
  sees(thread: ThreadSeen, words: string | RegExp, patienceMilliseconds?: number): Promise<Seen>
  /** Presses a button on the newest card of the thread that has it; answers what the card or a note says then. */
  press(
    person: Colleague,
    thread: ThreadSeen,
    button: string,
    inputs?: Readonly<Record<string, string>>,
  ): Promise<string>
  /** Everything in the thread that everybody sees, oldest first, whoever wrote it. */
  thread(thread: ThreadSeen): readonly Seen[]
}

/** A channel of practice Teams, whose bot sees messages that do not mention it. */
export function teamsItChannel(client: TeamsClient, channelId: string): ItChannel {
  const all = (): readonly Message[] => client.conversation(channelId).messages
  const inThread = (threadId: string) => (message: Message) => message.threadId === threadId
  const ofBot = (message: Message) => message.from.role === 'bot'
  const everybodys = (message: Message): Seen => seen('', message)

  async function find(
    belongs: (message: Message) => boolean,
    words: string | RegExp,
    patience: number,
    where: string,
  ): Promise<Seen> {
    const matches = ({ text }: Seen) => (typeof words === 'string' ? text.includes(words) : words.test(text))
    const look = (messages: readonly Message[]) =>
      messages
        .filter((message) => ofBot(message) && belongs(message))
        .map(everybodys)
        .findLast(matches)
    try {
      return await client.waitFor(channelId, look, patience)
    } catch {
      const there = all().filter(belongs).map(everybodys)
      throw new assert.AssertionError({
        message: `${where} does not show ${words}, but:\n${there.map(({ text }) => `- ${text}`).join('\n')}`,
      })
    }
  }

  return {
    headSeen: (words, patience = usual) =>
      find((message) => message.threadId === message.id, words, patience, 'the IT channel'),
    async reply(person, thread, text, { files = 0 } = {}) {
      const sent = client.post(channelId, {
        personId: person.id,
        text,
        replyTo: thread.id,
        mention: false,
        files: fileNames(files),
      })
      assert.ok(sent.delivered, 'the bot is not shown what does not mention it')
      await sent.delivered
    },
    sees: (thread, words, patience = usual) => find(inThread(thread.id), words, patience, 'the thread'),
    async press(person, thread, button, inputs = {}) {
      const cards = all().filter(inThread(thread.id))
      const message = cards.findLast((one) => seen(person.id, one).buttons.includes(button))
      assert.ok(message, `${person.name} sees no button "${button}" in the thread "${thread.text}"`)
      const press = { personId: person.id, messageId: message.id, title: button, inputs }
      const outcome = await client.pressIn(channelId, press)
      if (outcome.kind === 'card') return readCard(outcome.card).text
      if (outcome.kind === 'message') return outcome.text
      assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
      return ''
    },
    thread: (thread) => all().filter(inThread(thread.id)).map(everybodys),
  }
}
