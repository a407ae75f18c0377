import type { ChannelName } from '../../channels/chat.ts'
import type { RequestGround } from './ground.ts'
import type { Terms } from './request.ts'

/**
 * Whether an approver proves a factor at the click: for what is risky always, and for everything in a chat in which being signed
 * in counts for less than being signed in to the directory. Where the chat is not known it counts for nothing.
 */
export function needsCodeIn(
  ground: Pick<RequestGround, 'channelIsStrong'>,
  terms: Terms,
  channel: ChannelName | undefined,
): boolean {
  return terms.risk === 'high' || !ground.channelIsStrong(channel)
}
