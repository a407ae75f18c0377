import { setTimeout as pause } from 'node:timers/promises'
import { waitingView } from '../../cards/slack.ts'
import type { SlackClient } from '../practice/slack/client.ts'
import { SlackClientError } from '../practice/slack/client-error.ts'
import type { Message, View } from '../practice/slack/shapes.ts'
import { type Chatter, mostTries, patience, reading, textsIn } from './whole-reset.ts'

const { callback_id: waiting } = waitingView('HelpBot')

/** @param again hears of every press that had to be done once more */
export function chatterInSlack(client: SlackClient, user: string, again: () => void): Chatter {
  const conversationId = client.directMessageOf(user)
  // What stood there before belongs to an earlier conversation.
  const before = client.waitFor(conversationId, (messages) => new Set(messages.map(({ ts }) => ts)), patience, user)
  const find = async (card: string): Promise<Message> => {
    const old = await before
    return await client.waitFor(
      conversationId,
      (messages) =>
        messages.findLast(
          ({ ts, from, blocks }) => !old.has(ts) && from.isBot && JSON.stringify(blocks).includes(card),
        ),
      patience,
      user,
    )
  }

  /** Presses until a window stands there with something in it: a note to this person alone says that it did not open. */
  async function openWindow(card: string, text: string): Promise<View> {
    for (let tries = 1; ; tries++) {
      const message = await find(card)
      const came = firstToCome(client, user)
      // Where the press itself fails, nobody waits for what comes of it.
      came.catch(() => undefined)
      await client.press(user, conversationId, message.ts, { text })
      const opened = await came
      if ('window' in opened) return opened.window
      if (tries === mostTries) throw new Error(`${text}: ${opened.note}`)
      again()
      await pause(reading)
    }
  }
  /** Nothing else can be pressed in Slack while a window stands open: the person waits for what it says, and closes it. */
  async function closeWhenReady(): Promise<void> {
    const { view } = await client.waitForView(
      user,
      (now) => (now?.callbackId === waiting ? undefined : { view: now }),
      patience,
    )
    if (view) await client.closeView(user)
  }
  return {
    async say(words) {
      await client.say(user, words)
    },
    async press(card, text) {
      const message = await find(card)
      await client.press(user, conversationId, message.ts, { text })
    },
    async answer(card, text, code) {
      await openWindow(card, text)
      for (let tries = 1; ; tries++) {
        const submission = await client.submitView(user, { code }).catch((error: unknown) => {
          // Slack had given up on it, and the bot had not: the form is gone by now.
          if (tries > 1 && error instanceof SlackClientError) return { kind: 'closed' as const }
          throw error
        })
        if (submission.kind === 'errors') throw new Error(Object.values(submission.errors).join(' / '))
        if (submission.kind !== 'failed') return await closeWhenReady()
        if (tries === mostTries) throw new Error(`the form was answered ${submission.status}`)
        again()
        await pause(reading)
      }
    },
    async sees(card) {
      await find(card)
    },
    async open(card, text) {
      const view = await openWindow(card, text)
      return textsIn(view.blocks)
    },
  }
}

/** A window that is no longer the waiting one, or what the person is told instead. @throws Error after `patience` */
function firstToCome(client: SlackClient, user: string): Promise<{ window: View } | { note: string }> {
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer)
      stop()
    }
    const stop = client.subscribe((event) => {
      const isWindow = event.type === 'view' && event.user === user && event.view && event.view.callbackId !== waiting
      const isNote = event.type === 'message' && event.message.ephemeralTo === user
      if (isWindow && event.view) resolve({ window: event.view })
      else if (isNote) resolve({ note: event.message.text })
      else return
      finish()
    })
    const timer = setTimeout(() => {
      finish()
      reject(new SlackClientError('timed-out', 'neither a window nor a word came'))
    }, patience)
  })
}
