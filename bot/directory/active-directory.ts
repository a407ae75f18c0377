import type {
  AccountState,
  AdGroup,
  AdUser,
  CommandInput,
  CommandName,
  CommandOutput,
} from '../../agent/protocol/commands.ts'
import type { AgentLink, Answered } from '../agent-link/agent-link.ts'
import { newSealKey } from '../agent-link/open-seal.ts'
import type { AccountDoor, MembershipReceipt, PasswordSlot, Privilege, Receipt, UnlockReceipt } from './directory.ts'
import { DirectoryError } from './directory-error.ts'

/** Letters, digits and signs: beyond guessing, longer than policies ask for, and still typed without a mistake. */
const passwordLength = 16

const notShown =
  'A new password was set, but it was lost on its way to you, and nobody can look it up. Please ask for another one.'
const primaryGroup =
  'That is the primary group of the account, which nobody is taken out of. IT can give the account another one first.'

/** Whom to ask, and under which id. */
export interface Domain {
  /** DNS name, lower case. */
  readonly domain: string
  readonly correlationId: string
}

/** An account's door in Active Directory. */
export type Door = Extract<AccountDoor, { at: 'active-directory' }>

/**
 * One domain of Active Directory, through the agents that stand beside it. Objects are named by objectGUID and by nothing else. Every
 * method throws DirectoryError and nothing else: what the link throws is passed on.
 */
export interface ActiveDirectory {
  /** Users of whom objectGUID or mS-DS-ConsistencyGuid is this immutable id (base64), deleted ones too; at most three. */
  usersByAnchor(immutableId: string): Promise<readonly AdUser[]>
  /** Users with this user principal name, deleted ones too; at most three. */
  usersByName(userPrincipalName: string): Promise<readonly AdUser[]>
  /** Groups with this SID, deleted ones too; at most three. */
  groupsBySid(sid: string): Promise<readonly AdGroup[]>
  /** Live, nested included: of a user or a group. */
  privilege(guid: string): Promise<Privilege>
  door(guid: string): Promise<Door>
  /**
   * The agent makes the password; it is sealed on its way and opened here, for the slot alone. Ends no session.
   * @throws DirectoryError unreachable with maybeDone when it was set and nobody can read it
   */
  resetPassword(guid: string, slot: PasswordSlot): Promise<Receipt>
  unlock(guid: string): Promise<UnlockReceipt>
  setEnabled(guid: string, enabled: boolean): Promise<Receipt>
  /** Directly, through `member` or as the primary group. */
  isMember(group: string, member: string): Promise<boolean>
  addMember(group: string, member: string): Promise<MembershipReceipt>
  /** @throws DirectoryError protected where it is the primary group */
  removeMember(group: string, member: string): Promise<MembershipReceipt>
}

/** @see ActiveDirectory */
export function activeDirectory(link: Pick<AgentLink, 'ask'>, asked: Domain): ActiveDirectory {
  const ask = <Name extends CommandName>(name: Name, input: CommandInput<Name>) => link.ask(name, input, asked)
  const value = async <Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>> =>
    (await ask(name, input)).value

  return {
    usersByAnchor: async (id) => (await value('find-users', { by: 'anchor', value: id })).users,
    usersByName: async (name) => (await value('find-users', { by: 'userPrincipalName', value: name })).users,
    groupsBySid: async (sid) => (await value('find-groups', { by: 'sid', value: sid })).groups,
    privilege: (guid) => value('privilege', { guid }),
    door: async (guid) => doorOf(await value('account', { guid })),

    async resetPassword(guid, slot) {
      const key = newSealKey()
      const answered = await ask('reset-password', {
        guid,
        sealTo: key.publicKey,
        rules: { length: passwordLength },
      })
      const { sealed } = answered.value
      // Of an answer that is told a second time the seal is left out.
      if (sealed === null) throw lost(answered, 'the answer came without the sealed password')
      let password: string
      try {
        password = key.open(sealed, answered.commandId)
      } catch {
        throw lost(answered, 'the sealed password cannot be opened')
      }
      slot.put(password)
      // That the controller did not show it afterwards is no failure: whoever asked for it looks for themselves.
      return receiptOf(answered)
    },

    async unlock(guid) {
      const answered = await ask('unlock', { guid })
      const { before, after, changed } = answered.value
      return {
        ...receiptOf(answered),
        changed,
        before: doorOf(before),
        after: after === null ? undefined : doorOf(after),
      }
    },

    setEnabled: async (guid, enabled) => receiptOf(await ask('set-enabled', { guid, enabled })),

    isMember: async (group, member) => (await value('is-member', { group, member })).member,

    async addMember(group, member) {
      const answered = await ask('add-member', { group, member })
      return { ...receiptOf(answered), changed: answered.value.changed }
    },

    async removeMember(group, member) {
      // The primary group is kept beside the list of members (MS-ADA3 primaryGroupID): nothing taken off the list ends it.
      const { how } = await value('is-member', { group, member })
      if (how === 'primary')
        throw new DirectoryError('protected', {
          sentence: primaryGroup,
          detail: `remove-member: ${group} is the primary group of ${member}`,
        })
      const answered = await ask('remove-member', { group, member })
      return { ...receiptOf(answered), changed: answered.value.changed }
    },
  }
}

type Written = Answered<'reset-password' | 'unlock' | 'set-enabled' | 'add-member' | 'remove-member'>

function receiptOf({ commandId, agent, value }: Written): Receipt {
  return { requestId: commandId, onPremises: { agent, controller: value.controller } }
}

function lost({ commandId, agent, repeated }: Written, why: string): DirectoryError {
  return new DirectoryError('unreachable', {
    sentence: notShown,
    detail: `reset-password: agent ${agent} set it${repeated ? ' (told again)' : ''}, and ${why}`,
    requestId: commandId,
    maybeDone: true,
  })
}

function doorOf(state: AccountState): Door {
  const { locked, badPasswordCount, enabled, accountExpired, passwordExpired, mustChangePassword, controller } = state
  return {
    at: 'active-directory',
    locked,
    lockedAt: moment(state.lockedAt),
    lockedUntil: moment(state.lockedUntil),
    badPasswordCount,
    lastBadPasswordAt: moment(state.lastBadPasswordAt),
    enabled,
    accountExpired,
    passwordExpired,
    mustChangePassword,
    passwordSetAt: moment(state.passwordSetAt),
    controller,
  }
}

function moment(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text)
}
