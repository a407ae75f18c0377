import type { Company } from '../company/company.ts'
import type { CompanyUser } from '../company/model.ts'
import { passwordFault } from './password-policy.ts'
import type { Change, TenantState } from './state.ts'

type By = Change['by']

/** The words of the company's name: banned in passwords. */
export function companyWords(company: Company): string[] {
  return company.name.toLowerCase().split(/\s+/)
}

/** Whether the tenant's policy takes this password for this person. */
export function acceptsPassword(state: TenantState, userPrincipalName: string, password: string): boolean {
  const [login = ''] = userPrincipalName.split('@')
  return passwordFault(password, login, companyWords(state.company)) === undefined
}

/** Sets a password, whatever the policy says: it ends the sessions and the lockout of the person. */
export async function setPassword(
  state: TenantState,
  user: CompanyUser,
  password: string,
  mustChangePassword: boolean,
  by: By,
): Promise<void> {
  await state.passwords.set(user.id, password)
  const now = state.clock()
  const latest = state.company.users.get(user.id, 'latest') ?? user
  state.company.putUser({
    ...latest,
    mustChangePassword,
    lastPasswordChangeDateTime: now,
    signInSessionsValidFromDateTime: now,
  })
  state.signIns.unlock(user.id)
  state.signIns.endSessions(user.id)
  state.announce({ kind: 'password', id: user.id, what: mustChangePassword ? ['set', 'must change'] : ['set'], by })
}

/** Ends every session (refresh token) of a person; access tokens live on. */
export function revokeSessions(state: TenantState, user: CompanyUser, by: By): void {
  state.company.putUser({ ...user, signInSessionsValidFromDateTime: state.clock() })
  state.signIns.endSessions(user.id)
  state.announce({ kind: 'sessions', id: user.id, what: ['revoked'], by })
}

/** Deletes a person, with everything that was theirs. */
export function deleteUser(state: TenantState, user: CompanyUser, by: By): void {
  state.company.removeUser(user.id)
  state.passwords.forget(user.id)
  state.accessPasses.forget(user.id)
  state.signIns.endSessions(user.id)
  state.announce({ kind: 'user', id: user.id, what: ['deleted'], by })
}

/** Changes properties of a person. */
export function editUser(state: TenantState, user: CompanyUser, edit: Partial<CompanyUser>, by: By): void {
  state.company.putUser({ ...user, ...edit })
  state.announce({ kind: 'user', id: user.id, what: Object.keys(edit), by })
}
