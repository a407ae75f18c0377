import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { powerOverDomain } from '../ldap/domain-power.ts'
import { fromFiletime } from '../ldap/encodings.ts'
import { buffersOf, textOf } from '../ldap/entry.ts'
import { anything } from '../ldap/filters.ts'
import { byGuid } from '../ldap/names.ts'
import { type Finding, missing, ok, warning } from './finding.ts'
import type { Look } from './look.ts'
import type { Place } from './places.ts'
import { quoted } from './rights.ts'

const day = 24 * 60 * 60_000

/** Whether every base that the policy names is there and can be read. @throws AgentError unreachable */
export async function checkBases(
  controller: Controller,
  bases: Readonly<Record<'read' | 'write', readonly string[]>>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const list of ['read', 'write'] as const)
    for (const base of bases[list]) {
      const what = `policy.${list} ${base}`
      if (await isThere(controller, base)) findings.push(ok(what, 'is there'))
      else
        findings.push(
          missing(what, 'is not there, or the service account may not read it', `correct policy.${list} in agent.yaml`),
        )
    }
  return findings
}

async function isThere(controller: Controller, base: string): Promise<boolean> {
  try {
    const found = await controller.search({ base, scope: 'base', filter: anything, attributes: ['objectGUID'] })
    return found.length > 0
  } catch (error) {
    if (error instanceof AgentError && error.code !== 'unreachable') return false
    throw error
  }
}

/**
 * Whether what decisions rest on can be read of people: tokenGroups (who is privileged) and the computed bits of an account (who is
 * locked). Where compatibility with Windows before 2000 was taken out of a domain, that has to be given.
 * @throws AgentError
 */
export async function checkReading(look: Look, places: readonly Place[]): Promise<readonly Finding[]> {
  const place = places.find(({ on, sample }) => on === 'users' && sample !== undefined)
  if (place?.sample === undefined)
    return [warning('reading people', 'there is nobody in the bases of policy.write to look at')]
  const attributes = ['tokenGroups', 'msDS-User-Account-Control-Computed']
  const [entry] = await look.controller.search({
    base: place.sample,
    scope: 'base',
    filter: anything,
    attributes,
    binary: ['tokenGroups'],
  })
  const give = (name: string) => `dsacls ${quoted(place.base)} /I:S /G ${quoted(`${look.accountName}:RP;${name};user`)}`
  const groups = entry === undefined ? 0 : buffersOf(entry, 'tokenGroups').length
  const computed = entry && textOf(entry, 'msDS-User-Account-Control-Computed')
  return [
    groups > 0
      ? ok('tokenGroups', 'can be read: who is privileged is seen')
      : missing(
          'tokenGroups',
          `cannot be read of ${place.sample}: whether somebody is privileged cannot be seen, and so every change is refused`,
          `Add-ADGroupMember 'Windows Authorization Access Group' ${look.accountName.split('@')[0]}\nor: ${give('tokenGroups')}`,
        ),
    computed !== undefined
      ? ok('msDS-User-Account-Control-Computed', 'can be read: who is locked out is seen')
      : missing(
          'msDS-User-Account-Control-Computed',
          `cannot be read of ${place.sample}: whether somebody is locked out cannot be seen`,
          give('Account Restrictions'),
        ),
  ]
}

/** Whether it can be read who was given power over the domain itself: without that nobody counts as ordinary. @throws AgentError */
export async function checkHead({ controller, accountName }: Look): Promise<Finding> {
  const what = 'rights on the head of the domain'
  try {
    await powerOverDomain(controller)
    return ok(what, 'can be read: who has power over the whole domain is seen')
  } catch (error) {
    if (!(error instanceof AgentError) || error.code === 'unreachable') throw error
    const why = `${error.detail}, and so every change is refused`
    return missing(what, why, `dsacls ${quoted(controller.domainDn)} /G ${quoted(`${accountName}:RC`)}`)
  }
}

/** Whether the service account's own password is about to end. @throws AgentError */
export async function checkOwnPassword({ controller, account }: Look, clock: () => Date): Promise<readonly Finding[]> {
  if (account === undefined) return []
  const name = 'msDS-UserPasswordExpiryTimeComputed'
  const [entry] = await controller.search({
    base: byGuid(account.guid),
    scope: 'base',
    filter: anything,
    attributes: [name],
  })
  const ends = fromFiletime(entry && textOf(entry, name))
  if (ends === undefined || ends.getTime() - clock().getTime() > 14 * day) return []
  const why = `ends on ${ends.toISOString().slice(0, 10)}; after that the agent cannot bind`
  return [warning('password of the service account', why, 'Update-HelpBotAgent.ps1 -NewBindPassword')]
}
