import { z } from 'zod'
import { bodyOf, type Call, type Route } from './call.ts'
import { entity } from './entity.ts'
import { GraphFault } from './graph-fault.ts'
import { hasPicture, picture } from './picture.ts'
import { namedUser } from './users.ts'

const recipients = z.array(z.object({ emailAddress: z.object({ address: z.email() }) })).max(500)
const mail = z.object({
  message: z.object({
    subject: z.string().max(255).default(''),
    body: z.object({
      contentType: z
        .string()
        .regex(/^(text|html)$/i)
        .default('text'),
      content: z.string().max(4_000_000),
    }),
    toRecipients: recipients.min(1),
    ccRecipients: recipients.default([]),
    bccRecipients: recipients.default([]),
  }),
  saveToSentItems: z.boolean().optional(),
})

const noMailbox = () =>
  new GraphFault(
    404,
    'MailboxNotEnabledForRESTAPI',
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  )

/** Guests and people without an address have no mailbox here. @throws GraphFault */
function mailboxOwner(call: Call) {
  const user = namedUser(call)
  if (user.mail === null || user.userType === 'Guest') throw noMailbox()
  return { user, address: user.mail }
}

/** Settings are kept for mailboxes with a licence. @throws GraphFault */
function settings(call: Call) {
  const { user } = mailboxOwner(call)
  if (!user.licensed) throw noMailbox()
  const { status, from, until } = call.state.mailboxes.repliesOf(user.id)
  const at = (time: Date | undefined) => ({
    // Seven decimals and no Z, as Exchange writes times.
    dateTime: (time ?? call.state.clock()).toISOString().replace('Z', '0000'),
    timeZone: 'UTC',
  })
  return {
    id: user.id,
    replies: {
      status,
      externalAudience: 'all',
      internalReplyMessage: '',
      externalReplyMessage: '',
      scheduledStartDateTime: at(from),
      scheduledEndDateTime: at(until),
    },
  }
}

function send(call: Call) {
  const { state } = call
  const { address } = mailboxOwner(call)
  const { message } = bodyOf(call, mail)
  const to = [...message.toRecipients, ...message.ccRecipients, ...message.bccRecipients]
  state.mailboxes.deliver({
    at: state.clock().toISOString(),
    from: address,
    to: to.map((one) => one.emailAddress.address),
    subject: message.subject,
    contentType: message.body.contentType.toLowerCase() === 'html' ? 'html' : 'text',
    text: message.body.content,
  })
  for (const one of to) state.announce({ kind: 'mail', id: one.emailAddress.address, what: ['arrived'], by: 'graph' })
  return { status: 202 }
}

function showPicture(call: Call) {
  const { id } = namedUser(call)
  if (!hasPicture(id)) throw new GraphFault(404, 'ImageNotFound', "The photo wasn't found.")
  return { status: 200, headers: { 'content-type': 'image/png' }, body: picture(id) }
}

const photo = {
  method: 'GET',
  class: 'users.read',
  permissions: ['ProfilePhoto.Read.All', 'User.Read.All', 'User.ReadWrite.All'],
  handle: showPicture,
} as const

const readSettings = {
  method: 'GET',
  class: 'mail',
  permissions: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
} as const

/** Mailboxes and pictures: what Exchange Online keeps. */
export const mailRoutes: readonly Route[] = [
  { method: 'POST', path: '/users/{id}/sendMail', class: 'mail', permissions: ['Mail.Send'], handle: send },
  {
    method: 'POST',
    path: '/users/{id}/microsoft.graph.sendMail',
    class: 'mail',
    permissions: ['Mail.Send'],
    handle: send,
  },
  {
    ...readSettings,
    path: '/users/{id}/mailboxSettings/automaticRepliesSetting',
    handle(call) {
      const { id, replies } = settings(call)
      return entity(call, `users('${id}')/mailboxSettings/automaticRepliesSetting`, replies)
    },
  },
  {
    ...readSettings,
    path: '/users/{id}/mailboxSettings',
    handle(call) {
      const { id, replies } = settings(call)
      return entity(call, `users('${id}')/mailboxSettings`, {
        timeZone: 'W. Europe Standard Time',
        language: { locale: 'en-GB', displayName: 'English (United Kingdom)' },
        dateFormat: 'dd/MM/yyyy',
        timeFormat: 'HH:mm',
        userPurpose: 'user',
        automaticRepliesSetting: replies,
      })
    },
  },
  { ...photo, path: '/users/{id}/photo/$value' },
  { ...photo, path: '/users/{id}/photos/{size}/$value' },
]
