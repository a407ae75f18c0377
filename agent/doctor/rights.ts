import type { PolicedOperation } from '../policy/policy.ts'

/** schemaIDGUID of the classes that rights are given on (MS-ADSC). */
export const classes = {
  user: 'bf967aba-0de6-11d0-a285-00aa003049e2',
  group: 'bf967a9c-0de6-11d0-a285-00aa003049e2',
} as const

/** One right that an operation needs, on every user or group below a base of `policy.write`. */
export interface Right {
  /** Continues "may not …". */
  readonly whatFor: string
  readonly operations: readonly PolicedOperation[]
  readonly on: 'users' | 'groups'
  /** write: an attribute; control: an extended right; create: users, as children of a unit; delete: the users themselves. */
  readonly kind: 'write' | 'control' | 'create' | 'delete'
  /** schemaIDGUID of the attribute or the class, or rightsGuid of the extended right. */
  readonly guid: string
  /** As dsacls names it: the attribute, the extended right, the class. */
  readonly name: string
}

const attribute = (
  name: string,
  guid: string,
  operations: readonly PolicedOperation[],
  whatFor = `write ${name}`,
  on: Right['on'] = 'users',
): Right => ({ whatFor, operations, on, kind: 'write', guid, name })
const ofPeople = (name: string, guid: string) => attribute(name, guid, ['set-attributes'])

/**
 * Everything that the service account needs beyond reading, right by right: what infra/windows gives. GUIDs are the same in every
 * forest (MS-ADA1 to MS-ADA3, MS-ADSC; the extended right: MS-ADTS 5.1.3.2.1).
 */
export const rights: readonly Right[] = [
  {
    whatFor: 'set a new password',
    operations: ['reset-password'],
    on: 'users',
    kind: 'control',
    guid: '00299570-246d-11d0-a768-00aa006e0529',
    name: 'Reset Password',
  },
  attribute(
    'pwdLastSet',
    'bf967a0a-0de6-11d0-a285-00aa003049e2',
    ['reset-password'],
    'have the password changed at the next sign-in (pwdLastSet)',
  ),
  attribute(
    'lockoutTime',
    '28630ebf-41d5-11d1-a9c1-0000f80367c1',
    ['unlock', 'reset-password'],
    'unlock (lockoutTime)',
  ),
  attribute(
    'userAccountControl',
    'bf967a68-0de6-11d0-a285-00aa003049e2',
    ['set-enabled'],
    'disable and enable (userAccountControl)',
  ),
  ofPeople('displayName', 'bf967953-0de6-11d0-a285-00aa003049e2'),
  ofPeople('givenName', 'f0f8ff8e-1191-11d0-a060-00aa006c33ed'),
  ofPeople('sn', 'bf967a41-0de6-11d0-a285-00aa003049e2'),
  ofPeople('title', 'bf967a55-0de6-11d0-a285-00aa003049e2'),
  ofPeople('department', 'bf96794f-0de6-11d0-a285-00aa003049e2'),
  ofPeople('company', 'f0f8ff88-1191-11d0-a060-00aa006c33ed'),
  ofPeople('physicalDeliveryOfficeName', 'bf9679f7-0de6-11d0-a285-00aa003049e2'),
  ofPeople('telephoneNumber', 'bf967a49-0de6-11d0-a285-00aa003049e2'),
  ofPeople('mobile', 'f0f8ffa3-1191-11d0-a060-00aa006c33ed'),
  ofPeople('description', 'bf967950-0de6-11d0-a285-00aa003049e2'),
  ofPeople('employeeID', 'bf967962-0de6-11d0-a285-00aa003049e2'),
  ofPeople('manager', 'bf9679b5-0de6-11d0-a285-00aa003049e2'),
  ofPeople('accountExpires', 'bf967915-0de6-11d0-a285-00aa003049e2'),
  {
    whatFor: 'create accounts, and move accounts here',
    operations: ['create-user', 'move'],
    on: 'users',
    kind: 'create',
    guid: classes.user,
    name: 'user',
  },
  {
    // Not delete-child on the unit: that would hold for administrators in it too, whom AdminSDHolder keeps from inheriting this.
    whatFor: 'move accounts away from here (the same right deletes them; the agent has no command that does)',
    operations: ['move'],
    on: 'users',
    kind: 'delete',
    guid: classes.user,
    name: 'user',
  },
  attribute('name', 'bf967a0e-0de6-11d0-a285-00aa003049e2', ['move'], 'write name, which a move does'),
  attribute('cn', 'bf96793f-0de6-11d0-a285-00aa003049e2', ['move'], 'write cn, which a move does'),
  attribute(
    'member',
    'bf9679c0-0de6-11d0-a285-00aa003049e2',
    ['add-member', 'remove-member'],
    'add and remove members (member)',
    'groups',
  ),
]

/** The rights of these operations alone. */
export const neededFor = (operations: readonly PolicedOperation[]): readonly Right[] =>
  rights.filter((right) => right.operations.some((operation) => operations.includes(operation)))

/** The command that gives a right, for an administrator to run. @param account as dsacls takes it: `name@domain` */
export function dsacls(right: Right, base: string, account: string): string {
  const onto = right.on === 'users' ? 'user' : 'group'
  // On what lies below (S), or on the unit and the units below it (T).
  const [reach, entry] = {
    write: ['S', `RPWP;${right.name};${onto}`],
    control: ['S', `CA;${right.name};${onto}`],
    create: ['T', `CC;${right.name}`],
    delete: ['S', `SD;;${right.name}`],
  }[right.kind]
  return `dsacls ${quoted(base)} /I:${reach} /G ${quoted(`${account}:${entry}`)}`
}

/** A quotation mark would end the argument: in a DN it can be written as hex (RFC 4514 §2.4). */
export const quoted = (text: string): string => `"${text.replaceAll('"', '\\22')}"`
