import { Attribute } from 'ldapts'
import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { accountBits, guidText } from '../ldap/encodings.ts'
import { bufferOf } from '../ldap/entry.ts'
import { any, is } from '../ldap/filters.ts'
import { childDn, domainOf } from '../ldap/names.ts'
import { aboutToWrite } from './about-to-write.ts'
import { managerOf, wantedAttributes } from './attributes.ts'
import type { CommandGround, CommandHandler } from './command.ts'
import { dnOf } from './dn-of.ts'
import { readBack } from './read-back.ts'

/** Disabled from its first moment: an account without a password must not be open. */
const fresh = String(accountBits.normal | accountBits.disabled)

/** Makes an account that nobody can use until its password is reset and it is enabled. @throws AgentError conflict where a name is taken */
export function createUser(ground: CommandGround): CommandHandler<'create-user'> {
  return ({ unit, name, samAccountName, userPrincipalName, attributes = {} }, ordered) =>
    ground.domain.writing(async (controller) => {
      await ground.policy.guard(controller, 'create-user', { guid: unit, kind: 'unit' }, managerOf(attributes))
      if (/\p{C}/u.test(`${name}${samAccountName}${userPrincipalName}`))
        throw new AgentError('refused', 'a name of the new account holds a character that cannot be seen')
      demandOfPeople(samAccountName)
      demandOurSuffix(ground, controller, userPrincipalName)
      await demandFree(controller, samAccountName, userPrincipalName)
      const dn = childDn('CN', name, await dnOf(controller, unit))
      const values = new Map([
        ['objectClass', 'user'],
        ['sAMAccountName', samAccountName],
        ['userPrincipalName', userPrincipalName],
        ['userAccountControl', fresh],
        ['displayName', name],
      ])
      // What is compared afterwards is not: the account is new, and only its GUID is asked for.
      for (const { type, value } of wantedAttributes(attributes, undefined))
        if (value !== undefined) values.set(type, value)
      await aboutToWrite(ground, 'create-user', ordered)
      await controller.add(
        dn,
        [...values].map(([type, value]) => new Attribute({ type, values: [value] })),
      )
      const guid = await readBack(() => guidAt(controller, dn, samAccountName))
      return { guid, controller: controller.name }
    })
}

/** Computers and trusts end in $ (MS-SAMR 3.1.1.8.4); krbtgt_… signs tickets. No person goes by either. @throws AgentError forbidden */
function demandOfPeople(samAccountName: string): void {
  if (samAccountName.endsWith('$') || /^krbtgt(_|$)/i.test(samAccountName))
    throw new AgentError('forbidden', 'such account names are the system’s own', { alarm: 'forbidden' })
}

/**
 * The directory takes any suffix (MS-ADTS 5.1.1.1.1 looks a name up as it is written), and a synchronisation to Entra ID would join a
 * new account to whoever goes by that name there. @throws AgentError forbidden
 */
function demandOurSuffix({ policy }: Pick<CommandGround, 'policy'>, { domainDn }: Controller, upn: string): void {
  const suffix = upn.slice(upn.lastIndexOf('@') + 1).toLowerCase()
  if (suffix === domainOf(domainDn) || policy.upnSuffixes.includes(suffix)) return
  const detail = `policy.upnSuffixes does not name ${suffix}, and the domain is not called so`
  throw new AgentError('forbidden', detail, { alarm: 'forbidden' })
}

/**
 * Nobody has these names, neither written nor by nature: an account answers to `sAMAccountName@domain` too (MS-ADTS 5.1.1.1.1), so that
 * one could take another's name without it being written anywhere twice. And whoever asks for a name that nobody has may be given the
 * computer's of that name (MS-KILE 3.3.5.6.1: a $ is put behind it). Nor is the sign-in name anybody's address: by that too Entra
 * Connect joins an account to one that is there (soft match).
 * @throws AgentError conflict
 */
async function demandFree(controller: Controller, samAccountName: string, userPrincipalName: string): Promise<void> {
  const domain = domainOf(controller.domainDn)
  const at = userPrincipalName.lastIndexOf('@')
  const ofThisDomain = userPrincipalName.slice(at + 1).toLowerCase() === domain
  const [taken] = await controller.search({
    base: controller.domainDn,
    scope: 'sub',
    filter: any(
      is('sAMAccountName', samAccountName),
      is('sAMAccountName', `${samAccountName}$`),
      is('userPrincipalName', userPrincipalName),
      is('userPrincipalName', `${samAccountName}@${domain}`),
      is('mail', userPrincipalName),
      is('proxyAddresses', `smtp:${userPrincipalName}`),
      ...(ofThisDomain ? [is('sAMAccountName', userPrincipalName.slice(0, at))] : []),
    ),
    attributes: ['cn'],
    limit: 1,
  })
  if (taken !== undefined)
    throw new AgentError('conflict', 'another account has this account name, this sign-in name or this address already')
}

async function guidAt(controller: Controller, dn: string, samAccountName: string): Promise<string> {
  const [entry] = await controller.search({
    base: dn,
    scope: 'base',
    filter: is('sAMAccountName', samAccountName),
    attributes: ['objectGUID'],
    binary: ['objectGUID'],
  })
  const bytes = entry && bufferOf(entry, 'objectGUID')
  if (bytes === undefined) throw new AgentError('conflict', `${controller.name} does not show ${dn}`)
  return guidText(bytes)
}
