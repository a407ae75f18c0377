import { refused, SlackApiError } from './api-error.ts'
import { checkBlocks } from './block-rules.ts'
import type { Block } from './shapes.ts'

/** https://docs.slack.dev/reference/methods/chat.postMessage, "Truncating content"; chat.update refuses at the same length. */
const LONGEST_TEXT = 40_000
/** Characters of all blocks of a message together, beyond which the API answers `msg_blocks_too_long`. */
const LONGEST_BLOCKS = 13_200

/** Text and blocks of a message, checked as Slack does. @throws SlackApiError */
export function messageContent(
  text: string,
  blocks: unknown,
): { readonly text: string; readonly blocks: readonly Block[] | undefined } {
  if (text.length > LONGEST_TEXT) throw new SlackApiError('msg_too_long')
  if (blocks === undefined || blocks === null) {
    if (text === '') throw new SlackApiError('no_text')
    return { text, blocks: undefined }
  }
  const checked = checkBlocks(blocks, 'message')
  if (checked.faults.length > 0) throw refused('invalid_blocks', checked.faults)
  if (checked.textLength > LONGEST_BLOCKS) throw new SlackApiError('msg_blocks_too_long')
  if (text === '' && checked.blocks.length === 0) throw new SlackApiError('no_text')
  return { text, blocks: checked.blocks }
}
