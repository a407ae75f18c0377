import { z } from 'zod'
import { guid, userId } from '../identity/person.ts'
import type { DirectoryUser } from './directory.ts'

/** The properties `toUser` reads, for `$select`. */
export const userProperties = [
  'id',
  'displayName',
  'givenName',
  'userPrincipalName',
  'mail',
  'otherMails',
  'department',
  'jobTitle',
  'accountEnabled',
  'userType',
  'onPremisesSyncEnabled',
  'lastPasswordChangeDateTime',
  'createdDateTime',
].join(',')

const text = z.string().nullish()
const moment = z.iso.datetime({ offset: true }).nullish()

/** A user as Graph writes one (learn.microsoft.com/graph/api/resources/user). */
export const graphUser = z.object({
  id: userId,
  displayName: text,
  givenName: text,
  userPrincipalName: z.string().min(1),
  mail: text,
  otherMails: z.array(z.string()).nullish(),
  department: text,
  jobTitle: text,
  accountEnabled: z.boolean().nullish(),
  userType: text,
  onPremisesSyncEnabled: z.boolean().nullish(),
  lastPasswordChangeDateTime: moment,
  createdDateTime: moment,
})

/** A manager is a user, or an organisational contact, which has no account and can answer nothing. */
export const graphManager = z.union([
  graphUser.extend({ '@odata.type': z.literal('#microsoft.graph.user').optional() }),
  z.object({ '@odata.type': z.string(), id: guid }).transform(() => undefined),
])

/** One line of the listing of everybody with their manager. An expanded manager that is absent means there is none. */
export const managerLink = z
  .object({ id: userId, manager: z.object({ '@odata.type': text, id: guid }).nullish() })
  .transform(({ id, manager }) => {
    const isUser = manager != null && (manager['@odata.type'] ?? '#microsoft.graph.user') === '#microsoft.graph.user'
    return { person: id, manager: isUser ? userId.parse(manager.id) : undefined }
  })

/** Graph's user in our words. Null and absent become undefined. */
export function toUser(user: z.infer<typeof graphUser>): DirectoryUser {
  return {
    id: user.id,
    displayName: user.displayName ?? user.userPrincipalName,
    givenName: user.givenName ?? undefined,
    userPrincipalName: user.userPrincipalName,
    mail: user.mail ?? undefined,
    otherMails: user.otherMails ?? [],
    department: user.department ?? undefined,
    jobTitle: user.jobTitle ?? undefined,
    accountEnabled: user.accountEnabled ?? undefined,
    userType: user.userType === 'Member' || user.userType === 'Guest' ? user.userType : undefined,
    sourceOfAuthority: user.onPremisesSyncEnabled === true ? 'on-premises' : 'entra',
    passwordChangedAt: date(user.lastPasswordChangeDateTime),
    createdAt: date(user.createdDateTime),
  }
}

function date(value: string | null | undefined): Date | undefined {
  return value == null ? undefined : new Date(value)
}
