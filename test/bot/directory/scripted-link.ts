import { randomBytes, randomUUID } from 'node:crypto'
import {
  type AccountState,
  type AdGroup,
  type AdUser,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  commands,
} from '../../../agent/protocol/commands.ts'
import { sealPassword } from '../../../agent/seal.ts'
import type { AgentLink, Answered, Asked } from '../../../bot/agent-link/agent-link.ts'
import type { DirectoryError } from '../../../bot/directory/directory-error.ts'

export const domain = 'corp.nordwind.example'
export const controller = `dc1.${domain}`
export const agent = '0b7c1a52-6a0c-4d1e-9a57-3f1f5d2c8e10'
/** What the agent makes. */
export const agentsPassword = 'Vivid-Harbour-47'

/** A domain by its objects. What is asked of it is written down; what it answers is parsed as a real answer is. */
export interface ScriptedDomain {
  users: AdUser[]
  groups: AdGroup[]
  privileged: Map<string, readonly string[]>
  doors: Map<string, Partial<AccountState>>
  /** Group, member, how. */
  members: [string, string, 'direct' | 'primary'][]
  served: string[]
  /** Whom it names, whoever is looked for. */
  mistaken: AdUser | undefined
  /** What a command fails with instead. */
  faults: Map<CommandName, DirectoryError>
  /** How the next password comes back. */
  sealed: 'well' | 'repeated' | 'tampered' | 'without-read-back'
  readonly asked: { readonly name: CommandName; readonly input: unknown; readonly asked: Asked }[]
}

export function scriptedDomain(): ScriptedDomain {
  return {
    users: [],
    groups: [],
    privileged: new Map(),
    doors: new Map(),
    members: [],
    served: [domain],
    mistaken: undefined,
    faults: new Map(),
    sealed: 'well',
    asked: [],
  }
}

type Answers = { [Name in CommandName]?: (input: CommandInput<Name>, commandId: string) => CommandOutput<Name> }

/** The link to it. */
export function scriptedLink(there: ScriptedDomain): Pick<AgentLink, 'ask' | 'domains'> {
  const howMember = (group: string, member: string) =>
    there.members.find(([one, other]) => one === group && other === member)?.[2] ?? 'none'
  const answers: Answers = {
    'find-users': ({ by, value }) => ({
      users: (there.mistaken ? [there.mistaken] : there.users).filter((user) => {
        if (there.mistaken) return true
        if (by === 'anchor') return [user.guid, user.consistencyGuid].includes(guidOf(value))
        const held = by === 'userPrincipalName' ? user.userPrincipalName : by === 'mail' ? user.mail : user[by]
        return held?.toLowerCase() === value.toLowerCase()
      }),
    }),
    'find-groups': ({ value }) => ({ groups: there.groups.filter(({ sid }) => sid === value) }),
    privilege: ({ guid }) => {
      const because = [...(there.privileged.get(guid) ?? [])]
      return { privileged: because.length > 0, because }
    },
    account: ({ guid }) => doorState(there, guid),
    'reset-password': ({ sealTo }, commandId) => {
      const bytes = Buffer.from(agentsPassword)
      const whole = sealPassword(bytes, { commandId, recipientKey: sealTo, randomBytes })
      const readBack = there.sealed === 'without-read-back' ? null : { mustChangePassword: true, locked: false }
      const ciphertext = Buffer.alloc(40, 7).toString('base64url')
      const sealed = there.sealed === 'repeated' ? null : there.sealed === 'tampered' ? { ...whole, ciphertext } : whole
      return { sealed, readBack, wasLocked: false, controller }
    },
    unlock: ({ guid }) => {
      const before = doorState(there, guid)
      const after = { ...before, locked: false, lockedAt: null, lockedUntil: null }
      return { before, after, changed: before.locked, controller }
    },
    'set-enabled': ({ guid, enabled }) => {
      const changed = doorState(there, guid).enabled !== enabled
      there.doors.set(guid, { ...there.doors.get(guid), enabled })
      return { changed, controller }
    },
    'is-member': ({ group, member }) => {
      const how = howMember(group, member)
      return { member: how !== 'none', how }
    },
    'add-member': ({ group, member }) => {
      const changed = howMember(group, member) === 'none'
      if (changed) there.members.push([group, member, 'direct'])
      return { changed, controller }
    },
    'remove-member': ({ group, member }) => {
      const changed = howMember(group, member) === 'direct'
      there.members = there.members.filter(([one, other]) => one !== group || other !== member)
      return { changed, controller }
    },
  }
  return {
    domains: async () => there.served,
    async ask<Name extends CommandName>(name: Name, input: CommandInput<Name>, asked: Asked): Promise<Answered<Name>> {
      commands[name].input.parse(input)
      there.asked.push({ name, input, asked })
      const fault = there.faults.get(name)
      if (fault) throw fault
      const answer: Answers[Name] = answers[name]
      if (!answer) throw new Error(`nobody wrote an answer to ${name}`)
      const commandId = randomUUID()
      const value = answer(input, commandId)
      commands[name].output.parse(value)
      return { value, agent, repeated: there.sealed === 'repeated', commandId }
    },
  }
}

function doorState(there: ScriptedDomain, guid: string): AccountState {
  return {
    guid,
    enabled: true,
    locked: false,
    lockedAt: null,
    lockedUntil: null,
    badPasswordCount: 0,
    lastBadPasswordAt: null,
    accountExpired: false,
    accountExpiresAt: null,
    passwordExpired: false,
    mustChangePassword: false,
    passwordSetAt: '2026-10-01T08:00:00.000Z',
    passwordNeverExpires: false,
    controller,
    ...there.doors.get(guid),
  }
}

/** `33221100-5544-7766-8899-aabbccddeeff` of the bytes 00 11 22 … (MS-DTYP 2.3.4.2). */
function guidOf(immutableId: string): string {
  const hex = Buffer.from(immutableId, 'base64').toString('hex')
  const swapped = (from: number, to: number) => (hex.slice(from, to).match(/../g) ?? []).reverse().join('')
  return [swapped(0, 8), swapped(8, 12), swapped(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The other way round: what Entra Connect writes into onPremisesImmutableId. */
export function immutableIdOf(guid: string): string {
  const [a = '', b = '', c = '', ...rest] = guid.split('-')
  const swapped = [a, b, c].map((part) => (part.match(/../g) ?? []).reverse().join(''))
  return Buffer.from([...swapped, ...rest].join(''), 'hex').toString('base64')
}

const writable = { allowed: true, because: null }

export function adUser(change: Partial<AdUser> & Pick<AdUser, 'samAccountName'>): AdUser {
  const { samAccountName } = change
  return {
    guid: randomUUID(),
    sid: 'S-1-5-21-3623811015-3361044348-30300820-1104',
    consistencyGuid: null,
    dn: `CN=${samAccountName},OU=People,DC=corp,DC=nordwind,DC=example`,
    domain,
    userPrincipalName: `${samAccountName}@nordwind.example`,
    displayName: samAccountName,
    givenName: null,
    surname: null,
    mail: null,
    department: null,
    title: null,
    managerDn: null,
    enabled: true,
    deleted: false,
    usn: '4711',
    writable,
    ...change,
  }
}

export function adGroup(change: Partial<AdGroup> & Pick<AdGroup, 'samAccountName' | 'sid'>): AdGroup {
  const { samAccountName } = change
  return {
    guid: randomUUID(),
    dn: `CN=${samAccountName},OU=Groups,DC=corp,DC=nordwind,DC=example`,
    domain,
    displayName: samAccountName,
    description: null,
    mail: null,
    scope: 'global',
    security: true,
    managedByDn: null,
    deleted: false,
    writable,
    ...change,
  }
}
