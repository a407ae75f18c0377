import type { Address, Place } from './chat.ts'

const mark = ';messageid='

/**
 * A thread of a channel has a conversation id of its own: the channel's, and the message it begins with. Source: Teams
 * "Channel and group conversations with a bot".
 */
export function conversationOf({ conversation, thread }: Pick<Address, 'conversation' | 'thread'>): string {
  return thread === undefined ? conversation : `${conversation}${mark}${thread}`
}

/** Takes `19:…;messageid=1712…` apart; `thread` is absent where no thread is named. */
export function splitConversation(id: string): Pick<Address, 'conversation' | 'thread'> {
  const at = id.indexOf(mark)
  return at < 0 ? { conversation: id } : { conversation: id.slice(0, at), thread: id.slice(at + mark.length) }
}

/** Where a message of a chat, a channel or a thread stands, in the words in which posting it was answered. */
export function placeIn(address: Address, message: string): Place {
  const begins = message === address.thread
  const conversation = begins ? address.conversation : conversationOf(address)
  return { channel: address.channel, conversation, message, serviceUrl: address.serviceUrl }
}
