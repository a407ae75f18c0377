import { createHash } from 'node:crypto'
import type { ConversationKind } from './conversations.ts'
import type { Attachment } from './message.ts'

/** What a file somebody sends becomes. */
export interface SentFiles {
  /** In the chat, for whoever looks at it. */
  readonly shown: readonly Attachment[]
  /** For the bot. */
  readonly attachments: readonly Attachment[]
  /** Within the message as HTML. */
  readonly html: string
}

export const noFiles: SentFiles = { shown: [], attachments: [], html: '' }
export const MOST_FILES = 10

const PICTURE = /\.(png|jpe?g|gif)$/i

/**
 * Files and pictures as Teams hands them to a bot: pictures everywhere, files in personal chats only; in channels and group chats
 * a mark in the HTML is all it sees of them. Source: Teams "Send and receive files through a bot".
 */
export function sentFiles(names: readonly string[], kind: ConversationKind, serviceUrl: string): SentFiles {
  const each = names.map((name, nth) => {
    const id = idOf(`${nth}|${name}`)
    const link = `${serviceUrl}v3/attachments/${id}/views/original`
    if (PICTURE.test(name)) {
      const picture = { contentType: 'image/*', contentUrl: link }
      const html = `<img alt="image" src="https://graph.microsoft.com/v1.0/hostedContents/${id}/$value">`
      return { shown: { ...picture, name }, attachments: [picture], html }
    }
    const file = { contentType: 'application/vnd.microsoft.teams.file.download.info', contentUrl: link, name }
    const content = { downloadUrl: link, uniqueId: id, fileType: name.split('.').at(-1) ?? '' }
    const attachments = kind === 'personal' ? [{ ...file, content }] : []
    return { shown: { ...file, contentType: 'reference' }, attachments, html: `<attachment id="${id}"></attachment>` }
  })
  return {
    shown: each.map(({ shown }) => shown),
    attachments: each.flatMap(({ attachments }) => attachments),
    html: each.map(({ html }) => html).join(''),
  }
}

function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
