import { z } from 'zod'
import { DirectoryError } from './directory-error.ts'

/** Exchange Online takes more; a notice has no use for it. */
const mail = z.object({
  to: z.array(z.email()).min(1).max(20),
  subject: z.string().min(1).max(255),
  text: z.string().min(1).max(100_000),
})

/**
 * The body of `sendMail`: plain text, so that nothing in it is markup or a disguised link, and no copy in Sent Items,
 * where a thief would find it (learn.microsoft.com/graph/api/user-sendmail).
 * @throws DirectoryError policy when it is not a mail
 */
export function mailBody(given: { readonly to: readonly string[]; readonly subject: string; readonly text: string }) {
  const parsed = mail.safeParse({ ...given, to: [...given.to], subject: given.subject.replaceAll(/\p{Cc}+/gu, ' ') })
  if (!parsed.success)
    throw new DirectoryError('policy', {
      sentence: 'That mail could not be sent: its address or its text is not in order.',
      detail: `sendMail: ${z.prettifyError(parsed.error)}`,
    })
  const { to, subject, text } = parsed.data
  return {
    message: {
      subject,
      body: { contentType: 'Text', content: text },
      toRecipients: to.map((recipient) => ({ emailAddress: { address: recipient } })),
    },
    saveToSentItems: false,
  }
}
