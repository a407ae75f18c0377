import { z } from 'zod'
import { faultOfCard } from './adaptive-card.ts'
import { refusal } from './connector-error.ts'
import { ADAPTIVE_CARD, type Attachment } from './message.ts'

/** Teams: about 100 KB for text, cards and mentions together, counted in UTF-16; pictures inside cards do not count. */
const LARGEST_MESSAGE_BYTES = 100 * 1024
const MOST_ATTACHMENTS = 10

const CARD_TYPES =
  /^application\/vnd\.microsoft\.(card\.(hero|thumbnail|receipt|signin|oauth|list)|teams\.card\.[a-z0-9]+)$/

const attachmentSchema = z.object({
  contentType: z.string().max(200),
  content: z.unknown().optional(),
  contentUrl: z.string().max(8000).nullish(),
  name: z.string().max(500).nullish(),
})

/** What the connector reads of an activity the bot sends; all else is Teams' to decide. */
const activitySchema = z.object({
  type: z.string(),
  text: z.string().nullish(),
  textFormat: z.enum(['plain', 'markdown', 'xml']).nullish(),
  attachments: z.array(attachmentSchema).max(MOST_ATTACHMENTS).nullish(),
  replyToId: z.string().max(100).nullish(),
  suggestedActions: z.unknown().optional(),
})

/** Content of a message from the bot, checked as Teams checks it. */
export interface BotMessage {
  readonly text: string
  readonly textFormat: 'plain' | 'markdown' | 'xml'
  readonly attachments: readonly Attachment[]
  readonly replyToId: string | undefined
  readonly suggestedActions: unknown
}

/**
 * Reads an activity from the bot.
 * @returns the message, or `typing` for a typing indicator
 * @throws ConnectorError 400 for what Teams does not take, 413 for what is too large
 */
export function readBotActivity(body: unknown): BotMessage | 'typing' {
  const parsed = activitySchema.safeParse(body)
  if (!parsed.success) throw refusal.badArgument(`Invalid activity: ${parsed.error.issues[0]?.path.join('.') ?? ''}`)
  const { type, text, textFormat, replyToId, suggestedActions } = parsed.data
  if (type === 'typing') return 'typing'
  if (type !== 'message') throw refusal.badArgument(`Unknown activity type '${type}'`)
  const attachments = (parsed.data.attachments ?? []).map(asAttachment)
  if (!text && attachments.length === 0) throw refusal.badArgument('Activity must have text or attachments')
  if (sizeOf(text ?? '', attachments) > LARGEST_MESSAGE_BYTES) throw refusal.tooBig()
  for (const attachment of attachments) checkAttachment(attachment)
  return {
    text: text ?? '',
    textFormat: textFormat ?? 'markdown',
    attachments,
    replyToId: replyToId ?? undefined,
    suggestedActions: suggestedActions ?? undefined,
  }
}

function asAttachment({ contentType, content, contentUrl, name }: z.infer<typeof attachmentSchema>): Attachment {
  return {
    contentType,
    ...(content == null ? {} : { content }),
    ...(contentUrl ? { contentUrl } : {}),
    ...(name ? { name } : {}),
  }
}

function checkAttachment({ contentType, content, contentUrl }: Attachment): void {
  if (contentType === ADAPTIVE_CARD) {
    const fault = faultOfCard(content)
    if (fault) throw refusal.badSyntax(`Failed to parse Adaptive Card: ${fault}`)
  } else if (CARD_TYPES.test(contentType)) {
    if (typeof content !== 'object' || content === null)
      throw refusal.badSyntax(`Attachment ${contentType} has no content`)
  } else if (contentType.startsWith('image/')) {
    if (!contentUrl) throw refusal.badSyntax('An image needs a contentUrl')
  } else if (contentType !== 'text/html') {
    throw refusal.badSyntax(`Unknown attachment type '${contentType}'`)
  }
}

function sizeOf(text: string, attachments: readonly Attachment[]): number {
  const withoutPictures = JSON.stringify(attachments).replaceAll(/data:image\/[a-z+]+;base64,[A-Za-z0-9+/=]+/g, '')
  return 2 * (text.length + withoutPictures.length)
}
