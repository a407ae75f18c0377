import type { Kysely } from 'kysely'
import { DeliveryError } from '../channels/chat.ts'
import type { Directory } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import { tokenFor } from '../recourse/recourse.ts'
import type { Schema } from '../store/schema.ts'
import type { MailContent } from '../turns/outbox.ts'

/** Sends a notice by mail. The link's token is made now and kept only as a hash; a mail sent again voids the older link. */
export function mailNotices(database: Kysely<Schema>, directory: Directory, publicUrl: string | undefined) {
  return async ({ mail }: MailContent): Promise<void> => {
    const lines = [mail.text]
    if (mail.recourse !== undefined && publicUrl !== undefined) {
      const token = await tokenFor(database, mail.recourse)
      lines.push(
        '',
        'This wasn’t you? Open this page now and press the button (it works once, for at least 24 hours):',
        `${publicUrl}/not-me#${token}`,
      )
    } else lines.push('', 'This wasn’t you? Call IT at once.')
    try {
      await directory.sendMail({ to: mail.to, subject: mail.subject, text: lines.join('\n') })
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error
      const passing = error.code === 'unreachable' || error.code === 'throttled'
      throw new DeliveryError(passing ? 'later' : 'refused', `mail: ${error.code}: ${error.detail}`)
    }
  }
}
