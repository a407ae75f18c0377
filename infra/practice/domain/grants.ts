import type { CommandName } from '../../../agent/protocol/commands.ts'

/** One access control entry (MS-DTYP 2.5.1.1, SDDL) on an organizational unit and what is in it. */
export interface Grant {
  /** In words, as somebody who is asked to give it would want to read. */
  readonly whatFor: string
  /** Commands of the agent that do not work without it. */
  readonly commands: readonly CommandName[]
  /** On every unit of people, or on every unit of groups, that the agent may write. */
  readonly where: 'users' | 'groups'
  /** The entry, with `{account}` where the SID of the service account belongs. */
  readonly ace: string
}

const user = 'bf967aba-0de6-11d0-a285-00aa003049e2'
const group = 'bf967a9c-0de6-11d0-a285-00aa003049e2'

/** schemaIDGUID of each attribute that is written, the same in every forest (MS-ADA1 to MS-ADA3). */
export const writtenAttributes = {
  lockoutTime: '28630ebf-41d5-11d1-a9c1-0000f80367c1',
  pwdLastSet: 'bf967a0a-0de6-11d0-a285-00aa003049e2',
  userAccountControl: 'bf967a68-0de6-11d0-a285-00aa003049e2',
  displayName: 'bf967953-0de6-11d0-a285-00aa003049e2',
  givenName: 'f0f8ff8e-1191-11d0-a060-00aa006c33ed',
  sn: 'bf967a41-0de6-11d0-a285-00aa003049e2',
  title: 'bf967a55-0de6-11d0-a285-00aa003049e2',
  department: 'bf96794f-0de6-11d0-a285-00aa003049e2',
  company: 'f0f8ff88-1191-11d0-a060-00aa006c33ed',
  physicalDeliveryOfficeName: 'bf9679f7-0de6-11d0-a285-00aa003049e2',
  telephoneNumber: 'bf967a49-0de6-11d0-a285-00aa003049e2',
  mobile: 'f0f8ffa3-1191-11d0-a060-00aa006c33ed',
  description: 'bf967950-0de6-11d0-a285-00aa003049e2',
  employeeID: 'bf967962-0de6-11d0-a285-00aa003049e2',
  manager: 'bf9679b5-0de6-11d0-a285-00aa003049e2',
  accountExpires: 'bf967915-0de6-11d0-a285-00aa003049e2',
  name: 'bf967a0e-0de6-11d0-a285-00aa003049e2',
  cn: 'bf96793f-0de6-11d0-a285-00aa003049e2',
  member: 'bf9679c0-0de6-11d0-a285-00aa003049e2',
} as const
export type WrittenAttribute = keyof typeof writtenAttributes

/** Attributes that set-attributes writes. */
export const plainAttributes = [
  'displayName',
  'givenName',
  'sn',
  'title',
  'department',
  'company',
  'physicalDeliveryOfficeName',
  'telephoneNumber',
  'mobile',
  'description',
  'employeeID',
  'manager',
  'accountExpires',
] as const satisfies readonly WrittenAttribute[]

const onUsers = (rights: string, object: string) => `(OA;CIIO;${rights};${object};${user};{account})`
const writing = (attribute: WrittenAttribute) => onUsers('RPWP', writtenAttributes[attribute])

/**
 * Everything that the service account is given, and nothing more. Reading is what every account of a domain may do. The installer in
 * infra/windows gives the same entries; a test holds the two together.
 */
export const grants: readonly Grant[] = [
  {
    whatFor: 'set a new password',
    commands: ['reset-password'],
    where: 'users',
    // the extended right User-Force-Change-Password (MS-ADTS 5.1.3.2.1)
    ace: onUsers('CR', '00299570-246d-11d0-a768-00aa006e0529'),
  },
  {
    whatFor: 'have the password changed at the next sign-in',
    commands: ['reset-password'],
    where: 'users',
    ace: writing('pwdLastSet'),
  },
  { whatFor: 'unlock', commands: ['unlock', 'reset-password'], where: 'users', ace: writing('lockoutTime') },
  { whatFor: 'disable and enable', commands: ['set-enabled'], where: 'users', ace: writing('userAccountControl') },
  ...plainAttributes.map(
    (attribute): Grant => ({
      whatFor: `write ${attribute}`,
      commands: ['set-attributes'],
      where: 'users',
      ace: writing(attribute),
    }),
  ),
  {
    // Who creates an account owns it, and an owner may rewrite its permissions (MS-DTYP 2.5.3.2): with this, such accounts are the
    // service account's altogether. No entry changes that without changing what other owners in the unit may do.
    whatFor: 'create accounts, and move accounts here',
    commands: ['create-user', 'move'],
    where: 'users',
    ace: `(OA;CI;CC;${user};;{account})`,
  },
  {
    // Not delete-child on the unit: that would hold for administrators in it too, whom AdminSDHolder keeps from inheriting this.
    whatFor: 'move accounts away from here (the same right deletes them; the agent has no command that does)',
    commands: ['move'],
    where: 'users',
    ace: `(OA;CIIO;SD;;${user};{account})`,
  },
  ...(['name', 'cn'] as const).map(
    (attribute): Grant => ({
      whatFor: `move accounts: write ${attribute}, which a move does`,
      commands: ['move'],
      where: 'users',
      ace: writing(attribute),
    }),
  ),
  {
    whatFor: 'add and remove members',
    commands: ['add-member', 'remove-member'],
    where: 'groups',
    ace: `(OA;CIIO;RPWP;${writtenAttributes.member};${group};{account})`,
  },
]

/** All entries for one kind of unit, as one SDDL text. @param account SID of the service account */
export function sddl(where: Grant['where'], account: string): string {
  return grants
    .filter((grant) => grant.where === where)
    .map((grant) => grant.ace.replace('{account}', account))
    .join('')
}
