import { z } from 'zod'

/** What comes with a message, as far as it is counted: nothing of it is ever fetched. */
export const attachmentsSchema = z
  .array(z.object({ contentType: z.string().max(200), content: z.unknown().optional() }))
  .max(100)

type Attachments = z.infer<typeof attachmentsSchema>

const files = /^(application\/vnd\.microsoft\.teams\.file\.download\.info|reference|(image|audio|video)\/.+)$/i
/** Files in the HTML have a GUID; quoted messages (a number) and cards (no dashes) stand there in the same way. */
const fileInHtml = /<attachment id="[0-9a-f]{8}-[0-9a-f-]{27}"/gi
const pictureInHtml = /src="[^"]*\/hostedContents\//gi

/**
 * How many files and pictures came with a message. Teams sends every typed message a second time as HTML, which is no file; in
 * channels a bot is not shown files at all, only their marks in that HTML. Source: Teams "Send and receive files through a
 * bot"; Graph "chatMessage", attachments and hosted contents.
 * @param text what was written, mentions included: Teams sends no message without words unless something else is in it
 */
export function countAttachments(attachments: Attachments, text: string): number {
  const shown = attachments.filter(({ contentType }) => files.test(contentType)).length
  const html = attachments.flatMap(({ contentType, content }) =>
    contentType === 'text/html' && typeof content === 'string' ? [content.slice(0, 100_000)] : [],
  )
  const marked = html.reduce((count, one) => count + occurrences(one, fileInHtml) + occurrences(one, pictureInHtml), 0)
  const wordless = text.trim() === '' && attachments.length > 0 ? 1 : 0
  return Math.max(shown, marked, wordless)
}

function occurrences(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0
}
