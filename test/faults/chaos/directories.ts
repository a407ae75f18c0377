import { Attribute, Change } from 'ldapts'
import { wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { practice } from '../../../infra/practice/company.ts'
import { asAccount, bindAnswer } from '../../../infra/practice/domain/ldap-session.ts'
import type { Actor } from './people.ts'
import type { Stage } from './stage.ts'

/** A change of the tenant that the bot made. */
export interface CloudChange {
  readonly at: Date
  readonly kind: 'password' | 'member-added' | 'member-removed'
  readonly person: string
}

/** Notes what the bot changes in the tenant from now on. */
export function watchTenant({ company }: Stage): readonly CloudChange[] {
  const changes: CloudChange[] = []
  company.tenant.control.onChange(({ kind, id, what, by }) => {
    if (by !== 'graph') return
    const at = new Date()
    if (kind === 'password') changes.push({ at, kind, person: id })
    const [verb, person] = what
    if (kind === 'group' && id === wellKnownGroups.invoiceEntry && person !== undefined) {
      if (verb === 'member added') changes.push({ at, kind: 'member-added', person })
      if (verb === 'member removed') changes.push({ at, kind: 'member-removed', person })
    }
  })
  return changes
}

/** Who may enter invoices, as the tenant has it now. */
export function membersOf({ company }: Stage): ReadonlySet<string> {
  return new Set(company.tenant.control.group(wellKnownGroups.invoiceEntry).members)
}

/** What the account answers to this password: `must-change` for a temporary one that holds. */
export async function signsIn(stage: Stage, actor: Actor, password: string): Promise<string> {
  if (actor.account) {
    const { dn } = actor.account
    const unlocked = new Attribute({ type: 'lockoutTime', values: ['0'] })
    const { controller } = stage.onPremises
    // Wrong passwords may have locked it since: that is no answer.
    await asAccount(controller, controller.administrator, (client) =>
      client.modify(dn, new Change({ operation: 'replace', modification: unlocked })),
    )
    const answer = await bindAnswer(stage.onPremises.controller, actor.account.upn, password)
    return answer === '773' ? 'must-change' : answer
  }
  const { tenant, fetch } = stage.company
  const form = {
    grant_type: 'password',
    client_id: practice.appId,
    scope: 'openid',
    username: actor.user.userPrincipalName,
    password,
  }
  const answer = await fetch(`${tenant.url}/${practice.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  if (answer.ok) return 'signed-in'
  const { error_codes: [code = 0] = [] } = (await answer.json()) as { error_codes?: number[] }
  return code === 50055 ? 'must-change' : `AADSTS${code}`
}
