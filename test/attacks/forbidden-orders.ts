import { newSealKey } from '../../bot/agent-link/open-seal.ts'
import type { Visit } from '../agent/link/scripted-bot.ts'
import type { ForbiddenGround, Target } from './forbidden-ground.ts'

/** One order that must come to nothing, and how the agent has to answer it. */
export interface ForbiddenOrder {
  readonly what: string
  /** Whom or what it is tried on. */
  readonly on: string
  readonly command: unknown
  readonly more?: Parameters<Visit['order']>[1]
  readonly code: string
  readonly alarm: string | undefined
}

/** Points of low order on Curve25519, and one that is none (https://cr.yp.to/ecdh.html#validate): every secret with them is zero. */
const lowOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map((hex) => Buffer.from(hex, 'hex').toString('base64url'))

interface Plain {
  readonly do: string
  readonly input: object
}

const sealTo = newSealKey().publicKey
const rules = { length: 16 }
export const resetOf = (guid: string, to = sealTo) => ({ do: 'reset-password', input: { guid, sealTo: to, rules } })

/** Everything that changes somebody, tried on those whom nothing of it may reach. */
export function ordersOnAccounts({ accounts, staff, leavers }: ForbiddenGround): readonly ForbiddenOrder[] {
  return accounts.flatMap((target) => {
    const { guid } = target
    const commands = [
      resetOf(guid),
      { do: 'unlock', input: { guid } },
      { do: 'set-enabled', input: { guid, enabled: false } },
      { do: 'set-attributes', input: { guid, attributes: { title: 'Owned', accountExpires: null } } },
      { do: 'move', input: { guid, unit: leavers } },
    ]
    const asMember = target.mayBeMember
      ? []
      : [
          { do: 'add-member', input: { group: staff, member: guid } },
          { do: 'remove-member', input: { group: staff, member: guid } },
        ]
    return [...commands, ...asMember].map((command) => orderOn(target, command))
  })
}

/** Memberships of groups that must stay as they are. */
export function ordersOnGroups({ groups, ada }: ForbiddenGround): readonly ForbiddenOrder[] {
  return groups.flatMap((target) => {
    const input = { group: target.guid, member: ada.guid }
    return ['add-member', 'remove-member'].map((name) => orderOn(target, { do: name, input }))
  })
}

/** New accounts, and old ones, where none belong. */
export function ordersOnUnits({ units, ada }: ForbiddenGround): readonly ForbiddenOrder[] {
  const names = { name: 'Mallory', samAccountName: 'mallory', userPrincipalName: 'mallory@corp.nordwind.example' }
  return units.flatMap((target) => [
    orderOn(target, { do: 'create-user', input: { ...names, unit: target.guid } }),
    orderOn(target, { do: 'move', input: { guid: ada.guid, unit: target.guid } }),
  ])
}

const orderOn = ({ what, code, alarm }: Target, command: Plain): ForbiddenOrder => ({
  what: command.do,
  on: what,
  command,
  code,
  alarm,
})

/** Orders that are wrong in themselves, on somebody with whom everything may be done. */
export function oddOrders({ ada, staff, people, accounts }: ForbiddenGround): readonly ForbiddenOrder[] {
  const { guid } = ada
  const unlock = { do: 'unlock', input: { guid } }
  const odd = (
    what: string,
    command: unknown,
    [code, alarm]: readonly [string, string?],
    more: ForbiddenOrder['more'] = {},
  ): ForbiddenOrder => ({ what, on: 'an ordinary user', command, code, alarm, more })
  const unknown = ['unknown-command'] as const
  const protocol = ['forbidden', 'protocol'] as const
  const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
  const creation = (changes: object) => ({
    do: 'create-user',
    input: {
      unit: people,
      name: 'Mallory',
      samAccountName: 'mallory',
      userPrincipalName: 'mallory@corp.nordwind.example',
      ...changes,
    },
  })
  const attributes = (given: object) => ({ do: 'set-attributes', input: { guid, attributes: given } })
  const fromJson = (text: string): unknown => JSON.parse(text)
  return [
    ...[
      'delete-user',
      'modify',
      'search',
      'set-policy',
      'config',
      'exec',
      'toString',
      '__proto__',
      'constructor',
      '',
    ].map((name) => odd(`do: ${JSON.stringify(name)}`, { do: name, input: { guid } }, unknown)),
    odd('a list of commands', [unlock, unlock], unknown),
    odd('a text', 'unlock', unknown),
    odd('nothing', null, unknown),
    odd('a policy of its own beside the command', { ...unlock, policy: { write: ['DC=corp'] } }, unknown),
    odd('a policy of its own in the input', { do: 'unlock', input: { guid, force: true, policy: {} } }, unknown),
    odd('__proto__ beside the command', fromJson(`{"do":"unlock","__proto__":{"writes":false},"input":{}}`), unknown),
    odd('constructor.prototype in attributes', attributes({ constructor: { prototype: { title: 'x' } } }), unknown),
    odd(
      '__proto__ alone as attributes',
      { do: 'set-attributes', input: { guid, attributes: fromJson('{"__proto__":{"title":"x"}}') } },
      unknown,
    ),
    ...[
      'unicodePwd',
      'userAccountControl',
      'servicePrincipalName',
      'msDS-AllowedToDelegateTo',
      'sIDHistory',
      'adminCount',
      'primaryGroupID',
      'memberOf',
      'userPrincipalName',
      'displayName;lang-en',
      'nTSecurityDescriptor',
      'msDS-KeyCredentialLink',
    ].map((name) => odd(`attribute ${name}`, attributes({ [name]: '512' }), unknown)),
    odd('a value that is a list', attributes({ title: ['one', 'two'] }), unknown),
    odd('a DN as manager', attributes({ manager: `CN=x)(objectClass=*` }), unknown),
    odd('a group as manager', attributes({ manager: staff }), ['forbidden', 'forbidden']),
    odd('a value of 600,000 letters', attributes({ title: 'A'.repeat(600_000) }), unknown),
    odd(
      '1,000 levels of brackets',
      fromJson(`{"do":"unlock","input":${'['.repeat(1_000)}${']'.repeat(1_000)}}`),
      unknown,
    ),
    odd('a filter as a GUID', { do: 'unlock', input: { guid: '*)(objectClass=*' } }, unknown),
    odd('a name as a GUID', { do: 'unlock', input: { guid: ada.dn } }, unknown),
    odd('a GUID with a base behind it', { do: 'unlock', input: { guid: `${guid}>,DC=corp` } }, unknown),
    odd('a list as a GUID', { do: 'unlock', input: { guid: [guid] } }, unknown),
    odd('a password of 8', { do: 'reset-password', input: { guid, sealTo, rules: { length: 8 } } }, unknown),
    odd(
      'a password of its own',
      { do: 'reset-password', input: { guid, sealTo, rules, password: 'Owned-4711-now' } },
      unknown,
    ),
    odd('no key to seal to', { do: 'reset-password', input: { guid, rules } }, unknown),
    odd('a key of 31 bytes', resetOf(guid, Buffer.alloc(31, 9).toString('base64url')), unknown),
    ...lowOrder.map((to, index) => odd(`a key of low order (${index + 1})`, resetOf(guid, to), protocol)),
    odd('expired an hour ago', unlock, ['expired'], { issued: at(-3_660), expires: at(-3_600) }),
    odd('expired before it was issued', unlock, ['expired'], { issued: at(60), expires: at(-1) }),
    odd('lives a day', unlock, protocol, { issued: at(0), expires: at(86_400) }),
    odd('issued tomorrow', unlock, protocol, { issued: at(86_400), expires: at(86_420) }),
    odd('issued in the year 275760', unlock, protocol, {
      issued: '9999-12-31T23:59:00.000Z',
      expires: '9999-12-31T23:59:59.000Z',
    }),
    odd('for another agent', unlock, protocol, { agentId: '11111111-1111-4111-8111-111111111111' }),
    odd('a new account that takes the name of the Administrator', creation({ samAccountName: 'Administrator' }), [
      'conflict',
    ]),
    odd('… of krbtgt', creation({ samAccountName: 'KRBTGT' }), ['forbidden', 'forbidden']),
    odd('… of a branch’s krbtgt', creation({ samAccountName: 'krbtgt_4711' }), ['forbidden', 'forbidden']),
    odd('… of the domain controller', creation({ samAccountName: 'DC1$' }), ['forbidden', 'forbidden']),
    odd('… of the domain controller without its $', creation({ samAccountName: 'dc1' }), ['conflict']),
    odd('… of a computer that is not there yet', creation({ samAccountName: 'newpc$' }), ['forbidden', 'forbidden']),
    odd(
      '… with the Administrator’s sign-in name',
      creation({ userPrincipalName: 'administrator@corp.nordwind.example' }),
      ['conflict'],
    ),
    odd('a new account with a DN as its account name', creation({ samAccountName: 'x,CN=Users' }), unknown),
    odd('… with a control character in it', creation({ samAccountName: 'mal\u0001lory' }), ['refused']),
    odd('… in its name', creation({ name: 'Mal\u0000lory' }), ['refused']),
    odd('… with userAccountControl', creation({ userAccountControl: 66_048 }), unknown),
    odd('… with a hidden group', creation({ attributes: { primaryGroupID: 512 } }), unknown),
    odd('a member into a group that is a member', { do: 'add-member', input: { group: staff, member: staff } }, [
      'forbidden',
      'forbidden',
    ]),
    odd(
      'another member by __proto__',
      fromJson(
        `{"do":"add-member","input":{"group":"${staff}","member":"${accounts[0]?.guid}","__proto__":{"member":"${guid}"}}}`,
      ),
      unknown,
    ),
  ]
}
