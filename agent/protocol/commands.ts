import { z } from 'zod'
import { publicKey, sid } from './frames.ts'

/** objectGUID in its usual spelling, lower case: the only name a target has. */
export const objectGuid = z.guid().transform((text) => text.toLowerCase())
const moment = z.iso.datetime()
const text = (longest: number) => z.string().max(longest)
const maybeText = (longest: number) => text(longest).nullable()
/** At most so many in one answer. */
export const largestPage = 1_000

// --- what is read ------------------------------------------------------------------------------------------------------

/** Whether the agent's own policy lets this object be changed; `because` in words for IT when it does not. */
const writable = z.strictObject({ allowed: z.boolean(), because: maybeText(500) })

export const adUser = z.strictObject({
  guid: objectGuid,
  sid,
  /** mS-DS-ConsistencyGuid as a GUID: what a directory of the cloud may be anchored at instead of objectGUID. */
  consistencyGuid: objectGuid.nullable(),
  dn: text(2_000),
  domain: text(253),
  samAccountName: text(256),
  userPrincipalName: maybeText(1_024),
  displayName: text(512),
  givenName: maybeText(256),
  surname: maybeText(256),
  mail: maybeText(512),
  department: maybeText(256),
  title: maybeText(256),
  /** objectGUID is not known of a manager without another look: by DN, for showing. */
  managerDn: maybeText(2_000),
  enabled: z.boolean(),
  deleted: z.boolean(),
  /** Highest update sequence number of the object on the controller that answered. */
  usn: text(20),
  writable,
})
export type AdUser = z.infer<typeof adUser>

export const groupScopes = ['global', 'universal', 'domain-local', 'builtin'] as const
export const adGroup = z.strictObject({
  guid: objectGuid,
  sid,
  dn: text(2_000),
  domain: text(253),
  samAccountName: text(256),
  displayName: text(512),
  description: maybeText(1_024),
  mail: maybeText(512),
  scope: z.enum(groupScopes),
  security: z.boolean(),
  managedByDn: maybeText(2_000),
  deleted: z.boolean(),
  writable,
})
export type AdGroup = z.infer<typeof adGroup>

export const adUnit = z.strictObject({ guid: objectGuid, dn: text(2_000), name: text(512), writable: z.boolean() })
export type AdUnit = z.infer<typeof adUnit>

/** A member of a group: a user, a group, a computer, or something of another domain, which is named and not followed. */
export const adMember = z.strictObject({
  guid: objectGuid.nullable(),
  dn: text(2_000),
  kind: z.enum(['user', 'group', 'computer', 'contact', 'foreign', 'other']),
})
export type AdMember = z.infer<typeof adMember>

/** An account's door, as the domain controller that was asked sees it. */
export const accountState = z.strictObject({
  guid: objectGuid,
  enabled: z.boolean(),
  /** Locked right now, by the account lockout policy. */
  locked: z.boolean(),
  lockedAt: moment.nullable(),
  /** Until when the policy keeps it locked; null = until somebody unlocks it, or not locked. */
  lockedUntil: moment.nullable(),
  badPasswordCount: z.int().min(0),
  lastBadPasswordAt: moment.nullable(),
  /** accountExpires has passed. */
  accountExpired: z.boolean(),
  accountExpiresAt: moment.nullable(),
  /** The password is older than the policy that applies allows. */
  passwordExpired: z.boolean(),
  /** pwdLastSet = 0: a new one must be chosen at the next sign-in. */
  mustChangePassword: z.boolean(),
  passwordSetAt: moment.nullable(),
  passwordNeverExpires: z.boolean(),
  /** DNS name of the controller that says so. */
  controller: text(253),
})
export type AccountState = z.infer<typeof accountState>

export const privilege = z.strictObject({ privileged: z.boolean(), because: z.array(text(300)).max(20) })

/** What has changed on users since a cookie, in the order of changes. */
export const changedUser = z.strictObject({
  guid: objectGuid,
  locked: z.boolean(),
  lockedAt: moment.nullable(),
  enabled: z.boolean(),
})
export type ChangedUser = z.infer<typeof changedUser>

const page = z.int().min(1).max(largestPage)
/** Opaque; good for a minute of idleness, on the same agent. */
const cursor = text(200)
const cookie = text(2_000)

/** Writable attributes of a user besides those that have a command of their own. An empty string takes the value away. */
export const userAttributes = z
  .strictObject({
    displayName: z.string().min(1).max(256),
    givenName: text(64),
    sn: text(64),
    title: text(128),
    department: text(64),
    company: text(64),
    physicalDeliveryOfficeName: text(128),
    telephoneNumber: text(64),
    mobile: text(64),
    description: text(1_024),
    employeeID: text(16),
    manager: objectGuid,
    /** Last moment at which the account may be used; null = for ever. */
    accountExpires: moment.nullable(),
  })
  .partial()
  .refine((given) => Object.keys(given).length > 0, 'names no attribute')
export type UserAttributes = z.infer<typeof userAttributes>

/** How a temporary password is made: letters, digits and signs that cannot be mistaken for each other. */
const passwordRules = z.strictObject({ length: z.int().min(14).max(64) })

const member = { group: objectGuid, member: objectGuid }
const changed = z.strictObject({ changed: z.boolean(), controller: text(253) })

/**
 * Every command: what it takes, and what it answers. `writes` are run once and journaled; the others may run again.
 * Lists hold at most `largestPage` and say whether there is more.
 */
export const commands = {
  probe: {
    writes: false,
    input: z.strictObject({}),
    output: z.strictObject({ controller: text(253), latency: z.number() }),
  },
  user: { writes: false, input: z.strictObject({ guid: objectGuid }), output: adUser },
  /**
   * Users of whom this attribute has exactly this value, deleted ones too: at most three, for two are one too many. `anchor` looks
   * at objectGUID and at mS-DS-ConsistencyGuid. @throws conflict where the value is ambiguous by itself
   */
  'find-users': {
    writes: false,
    input: z.strictObject({
      by: z.enum(['anchor', 'userPrincipalName', 'mail', 'samAccountName', 'sid']),
      value: z.string().min(1).max(1_024),
    }),
    output: z.strictObject({ users: z.array(adUser).max(3) }),
  },
  /** Users below a base that the policy lets be read, or all of it, page by page. */
  'list-users': {
    writes: false,
    input: z.strictObject({ cursor: cursor.optional(), size: page }),
    output: z.strictObject({ users: z.array(adUser).max(largestPage), cursor: cursor.nullable() }),
  },
  group: { writes: false, input: z.strictObject({ guid: objectGuid }), output: adGroup },
  'find-groups': {
    writes: false,
    input: z.strictObject({ by: z.enum(['sid', 'samAccountName']), value: z.string().min(1).max(1_024) }),
    output: z.strictObject({ groups: z.array(adGroup).max(3) }),
  },
  'list-groups': {
    writes: false,
    input: z.strictObject({ cursor: cursor.optional(), size: page }),
    output: z.strictObject({ groups: z.array(adGroup).max(largestPage), cursor: cursor.nullable() }),
  },
  'list-units': {
    writes: false,
    input: z.strictObject({ cursor: cursor.optional(), size: page }),
    output: z.strictObject({ units: z.array(adUnit).max(largestPage), cursor: cursor.nullable() }),
  },
  /** Direct members, page by page, beyond the 1,500 values that a server gives at once. The primary group's are not among them. */
  members: {
    writes: false,
    input: z.strictObject({ group: objectGuid, from: z.int().min(0), size: page }),
    output: z.strictObject({ members: z.array(adMember).max(largestPage), next: z.int().nullable() }),
  },
  /** `how`: through `member`, or as the primary group, which no change of members ends. */
  'is-member': {
    writes: false,
    input: z.strictObject(member),
    output: z.strictObject({ member: z.boolean(), how: z.enum(['direct', 'primary', 'none']) }),
  },
  'groups-of': {
    writes: false,
    input: z.strictObject({ guid: objectGuid, nested: z.boolean(), size: page }),
    output: z.strictObject({ groups: z.array(adGroup).max(largestPage), more: z.boolean() }),
  },
  /** Of a user or of a group, live, nested included. @throws rather than say no to what could not be found out */
  privilege: { writes: false, input: z.strictObject({ guid: objectGuid }), output: privilege },
  account: { writes: false, input: z.strictObject({ guid: objectGuid }), output: accountState },
  /** Users that changed since the cookie. `reset`: the cookie did not serve, and this is the beginning of a new row. */
  changes: {
    writes: false,
    input: z.strictObject({ cookie: cookie.nullable(), size: page }),
    output: z.strictObject({
      users: z.array(changedUser).max(largestPage),
      cookie,
      more: z.boolean(),
      reset: z.boolean(),
    }),
  },

  /**
   * Sets a temporary password that the agent makes, to be changed at the next sign-in, and unlocks; read back on the same controller.
   * The password is sealed to `sealTo` (X25519), see transcripts.ts.
   */
  'reset-password': {
    writes: true,
    input: z.strictObject({ guid: objectGuid, sealTo: publicKey, rules: passwordRules }),
    output: z.strictObject({
      /** null in the recorded outcome of an earlier run. */
      sealed: z
        .strictObject({ senderKey: publicKey, nonce: z.base64url().max(32), ciphertext: z.base64url().max(400) })
        .nullable(),
      /** When the new one was set, as read back. */
      readBack: z.strictObject({ mustChangePassword: z.boolean(), locked: z.boolean() }).nullable(),
      wasLocked: z.boolean(),
      controller: text(253),
    }),
  },
  unlock: {
    writes: true,
    input: z.strictObject({ guid: objectGuid }),
    output: z.strictObject({
      /** As it stood before. */
      before: accountState,
      /** Read back on the controller that wrote; null when that could not be done. */
      after: accountState.nullable(),
      changed: z.boolean(),
      controller: text(253),
    }),
  },
  'set-enabled': {
    writes: true,
    input: z.strictObject({ guid: objectGuid, enabled: z.boolean() }),
    output: changed,
  },
  'add-member': { writes: true, input: z.strictObject(member), output: changed },
  'remove-member': { writes: true, input: z.strictObject(member), output: changed },
  'set-attributes': {
    writes: true,
    input: z.strictObject({ guid: objectGuid, attributes: userAttributes }),
    output: changed,
  },
  /** Disabled and without a usable password, until it is reset. */
  'create-user': {
    writes: true,
    input: z.strictObject({
      unit: objectGuid,
      name: z.string().min(1).max(64),
      samAccountName: z.string().regex(/^[^"/\\[\]:;|=,+*?<>@\s]{1,20}$/),
      userPrincipalName: z.email().max(1_024),
      attributes: userAttributes.optional(),
    }),
    output: z.strictObject({ guid: objectGuid, controller: text(253) }),
  },
  move: { writes: true, input: z.strictObject({ guid: objectGuid, unit: objectGuid }), output: changed },
} as const

export type CommandName = keyof typeof commands
export type CommandInput<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>
export type CommandOutput<Name extends CommandName> = z.output<(typeof commands)[Name]['output']>
/** As it stands in a command frame. */
export interface Command<Name extends CommandName = CommandName> {
  readonly do: Name
  readonly input: CommandInput<Name>
}
/** The outer shape; `input` is parsed by the schema of its command. */
export const anyCommand = z.strictObject({
  do: z.enum(Object.keys(commands) as [CommandName, ...CommandName[]]),
  input: z.unknown(),
})
