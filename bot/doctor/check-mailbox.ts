import { z } from 'zod'
import { DirectoryError } from '../directory/directory-error.ts'
import { address } from '../directory/graph-address.ts'
import type { Graph } from '../directory/graph-client.ts'
import type { Finding } from './finding.ts'

const mailbox = z.object({ mail: z.string().nullish() })
const what = 'NOTICE_MAILBOX'

/** Whether notices have a mailbox to be sent from. That mail really leaves it shows only in a test notice. */
export async function checkMailbox(graph: Graph, mailFrom: string | undefined): Promise<Finding> {
  if (mailFrom === undefined)
    return {
      status: 'warning',
      what,
      why: 'is not set: notices of a reset go to the chat only, which a thief may be reading',
      fix: 'make a shared mailbox (admin.exchange.microsoft.com › Mailboxes › Add a shared mailbox) and set NOTICE_MAILBOX to its address',
    }
  const fix = 'set NOTICE_MAILBOX to the address of a mailbox in this tenant; a shared one needs no licence'
  try {
    const path = address(['users', mailFrom], { $select: 'id,mail' })
    const user = await graph.read(path, mailbox, { title: 'GET /users/{NOTICE_MAILBOX}' })
    if (!user.mail) return { status: 'missing', what, why: `${mailFrom} has no mail address, so hardly a mailbox`, fix }
    return { status: 'ok', what, why: `notices are sent from ${mailFrom}` }
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    const why = error.code === 'not-found' ? `nobody in this tenant is ${mailFrom}` : error.detail
    return { status: 'missing', what, why, fix }
  }
}
