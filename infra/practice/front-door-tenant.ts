import { wellKnown, wellKnownGroups } from './company/cast.ts'
import type { Company } from './company/company.ts'
import type { CompanyGroup, CompanyUser } from './company/model.ts'
import type { CompanyDirectory } from './front-door-company.ts'
import { followMemberships } from './front-door-memberships.ts'
import type { Badge, FaultKind, PersonGroup, SignInAnswer, Someone } from './front-door-shapes.ts'
import { signInAt } from './front-door-sign-in.ts'
import type { FaultRequest } from './tenant/faults.ts'
import type { Tenant } from './tenant/tenant.ts'

/** What the page does with the practice tenant. */
export type PracticeTenant = Pick<Tenant, 'url' | 'company' | 'control' | 'controlRouter'>

/** Everything of Microsoft Graph; signing in goes on working. */
const GRAPH_CALLS = [
  'users.read',
  'users.write',
  'password',
  'sessions',
  'groups',
  'roles',
  'mail',
  'teams',
  'batch',
  'other',
] as const
/** How many people are searched for what is special about them; the named cast is among the first. */
const MOST_LOOKED_AT = 100
/** Groups of one person that the page is told of. */
const MOST_GROUPS = 60
const SLOW_MS = 5_000
const RETRY_AFTER_SECONDS = 5

/** The practice tenant as the page sees it. */
export function directoryOf(
  tenant: PracticeTenant,
  access: { fetch: typeof fetch; clientId: string; isHybrid: boolean },
): CompanyDirectory {
  const { company, control } = tenant
  const find = (id: string) => company.users.get(id.toLowerCase(), 'latest')
  const endpoint = { ...access, url: `${tenant.url}/${company.tenantId}/oauth2/v2.0/token` }
  const memberships = followMemberships(tenant)
  return {
    name: company.name,
    employeeId: wellKnown.ada.id,
    itId: wellKnown.sam.id,
    colleagueId: wellKnown.tomas.id,
    approverId: wellKnown.financeManager.id,
    itIds: () => [...(company.groups.get(wellKnownGroups.itHelpDesk, 'latest')?.members ?? [])],
    search(words, limit) {
      const found = company.search(words, limit).map((user) => someoneOf(company, user, access.isHybrid))
      const wanted = words.trim().toLowerCase()
      if (wanted === '') return found
      const known = new Set(found.map(({ id }) => id))
      const special = company
        .search('', MOST_LOOKED_AT)
        .map((user) => someoneOf(company, user, access.isHybrid))
        .filter(({ id, hint }) => !known.has(id) && hint.includes(wanted))
      return [...found, ...special].slice(0, limit)
    },
    person(id) {
      const user = find(id)
      return user && someoneOf(company, user, access.isHybrid)
    },
    groupName: (id) => company.group(id, 'latest')?.displayName,
    memberships,
    state(id) {
      const user = find(id)
      if (!user) return undefined
      const { accountEnabled, mustChangePassword, passwordChangedAt, sessionsRevokedAt, locked, automaticReplies } =
        control.user(user.id)
      const groups = company.directGroups(user.id, 'latest').map(personGroupOf)
      const [secondMailbox] = user.otherMails
      return {
        id: user.id,
        signInAllowed: accountEnabled,
        locked,
        mustChangePassword,
        passwordChangedAt,
        sessionsRevokedAt,
        groups: groups.sort((one, other) => one.name.localeCompare(other.name)).slice(0, MOST_GROUPS),
        moreGroups: groups.length > MOST_GROUPS,
        outOfOffice: automaticReplies !== 'disabled',
        ...(secondMailbox === undefined ? {} : { secondMailbox }),
      }
    },
    signIn: (userPrincipalName, password): Promise<SignInAnswer> => signInAt(endpoint, userPrincipalName, password),
    setFault(kind) {
      control.faults.clear()
      if (kind !== 'none') for (const one of GRAPH_CALLS) control.faults.set(faultOf(one, kind))
    },
  }
}

function faultOf(one: (typeof GRAPH_CALLS)[number], kind: Exclude<FaultKind, 'none'>): FaultRequest {
  const always = { class: one, kind, times: 'always' } as const
  if (kind === 'slow') return { ...always, delayMs: SLOW_MS }
  return kind === '429' || kind === '503' ? { ...always, retryAfterSeconds: RETRY_AFTER_SECONDS } : always
}

function someoneOf(company: Company, user: CompanyUser, isHybrid: boolean): Someone {
  const isAdministrator = company.isAdministrator(user.id)
  const badges: Badge[] = []
  if (user.userType === 'Guest') badges.push('guest')
  if (isAdministrator) badges.push('administrator')
  if (user.onPremisesSyncEnabled) badges.push('synced')
  if (!user.accountEnabled) badges.push('disabled')
  return {
    id: user.id,
    name: user.displayName,
    userPrincipalName: user.userPrincipalName,
    jobTitle: user.jobTitle ?? '',
    department: user.department ?? '',
    badges,
    hint: hintOf(company, user, isAdministrator, isHybrid),
    ...(user.managerId === null ? {} : { managerId: user.managerId }),
  }
}

function personGroupOf({ id, displayName, groupTypes, onPremisesSyncEnabled }: CompanyGroup): PersonGroup {
  const marks: PersonGroup['marks'][number][] = []
  if (onPremisesSyncEnabled) marks.push('synced')
  if (groupTypes.includes('DynamicMembership')) marks.push('dynamic')
  if (groupTypes.includes('Unified')) marks.push('microsoft-365')
  return { id, name: displayName, marks }
}

/** What to expect of HelpBot with this person: the first thing that makes them special. */
function hintOf(company: Company, user: CompanyUser, isAdministrator: boolean, isHybrid: boolean): string {
  const manager = user.managerId === null ? undefined : company.users.get(user.managerId, 'latest')
  if (isAdministrator) return 'an administrator: HelpBot must refuse'
  if (!user.accountEnabled) return 'disabled: HelpBot must refuse'
  if (user.userType === 'Guest') return 'a guest: the home company resets the password'
  if (user.onPremisesSyncEnabled)
    return isHybrid
      ? 'lives in Active Directory, changed by the agent'
      : 'mastered on-premises: HelpBot must say so and call IT'
  if (manager === undefined) return 'has no manager who could vouch'
  if (manager.userType === 'Guest') return 'the manager is a guest and cannot vouch'
  if (!manager.accountEnabled) return 'the manager is disabled and cannot vouch'
  return user.otherMails.length > 0 ? 'has a second mailbox for notices' : ''
}
