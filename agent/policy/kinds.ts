import { AgentError } from '../agent-error.ts'
import type { Seen } from './look.ts'

/** NORMAL_ACCOUNT, and what an ordinary person's account never is: TEMP_DUPLICATE, and the accounts of trusts, workstations, controllers (MS-ADTS 2.2.16). */
const normalAccount = 0x200
const otherAccounts = 0x100 | 0x800 | 0x1000 | 0x2000
/** SAM_USER_OBJECT (MS-ADTS 2.2.14). */
const userObject = '805306368'

/** Of these classes are accounts that no person signs in with, though they are users by inheritance. */
const machineClasses = [
  'computer',
  'msds-managedserviceaccount',
  'msds-groupmanagedserviceaccount',
  'msds-delegatedmanagedserviceaccount',
]

/** An ordinary account of a person. What is not shown counts against it. @throws AgentError forbidden */
export function demandAccount(seen: Seen): void {
  const control = seen.accountControl
  const ordinary =
    seen.classes.includes('user') &&
    !machineClasses.some((name) => seen.classes.includes(name)) &&
    seen.accountType === userObject &&
    control !== undefined &&
    (control & normalAccount) !== 0 &&
    (control & otherAccounts) === 0
  if (!ordinary) throw refusal(seen, 'is not an ordinary user account')
}

/** A security group whose members people manage. @throws AgentError forbidden */
export function demandGroup(seen: Seen): void {
  if (!seen.classes.includes('group') || seen.group === undefined) throw refusal(seen, 'is not a group')
  if (!seen.group.security) throw refusal(seen, 'is a distribution group, and only security groups are changed')
}

/**
 * What the system made for itself is not people's, though it has no power over the domain: Guest, Users, the krbtgt of a branch.
 * @throws AgentError forbidden
 */
export function demandOfPeople(seen: Seen): void {
  if (seen.ticketGranting || /^krbtgt(_|$)/i.test(seen.samAccountName))
    throw refusal(seen, 'signs the tickets of the domain')
  if (/^(MSOL|AAD)_[0-9a-f]{12}$/i.test(seen.samAccountName))
    throw refusal(seen, 'is the account that the synchronisation to Microsoft 365 reads and writes the domain with')
  if (seen.critical || seen.group?.scope === 'builtin') throw refusal(seen, 'is the system’s own')
}

/** @throws AgentError forbidden */
export function demandUnit(seen: Seen): void {
  if (!seen.classes.includes('organizationalunit')) throw refusal(seen, 'is not an organizational unit')
}

/** The object and what is wrong with it, for IT. */
export const refusal = (seen: Seen, words: string): AgentError =>
  new AgentError('forbidden', `${seen.dn} ${words}`, { alarm: 'forbidden' })
