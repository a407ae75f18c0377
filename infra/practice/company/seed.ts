import type { Clock } from '../../../bot/clock.ts'
import { type CastMember, cast, type Department, departments, wellKnown } from './cast.ts'
import { Company } from './company.ts'
import { seedGroups } from './groups.ts'
import { stableId } from './ids.ts'
import type { CompanyUser } from './model.ts'
import { firstNames, lastNames, localPart } from './names.ts'
import { findRole, type RoleName } from './roles.ts'

export { type CastKey, cast, departments, type WellKnown, wellKnown, wellKnownGroups } from './cast.ts'
export { Company, initialPassword } from './company.ts'

const day = 24 * 60 * 60_000
/** Cloud-only and synced people are mixed: about this many of the first sixty come from on-premises. */
const syncedExtras = 11
const reportsPerLead = 12

/** A number in [0, 1) at each call, the same row for the same seed (mulberry32, public domain). Not for secrets. */
function randomRow(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Makes the practice company: a cast of named people with their reporting lines, roles and groups, and others until there are
 * `people`. Names, places and ids are the same for the same seed; dates count back from the clock.
 * @throws RangeError when `people` is smaller than the cast
 */
export function seedCompany(options: { people: number; seed: number; clock: Clock; tenantId: string }): Company {
  const size = Object.keys(cast).length
  if (!Number.isInteger(options.people) || options.people < size) {
    throw new RangeError(`a practice company has at least ${size} people`)
  }
  const { clock, tenantId } = options
  const company = new Company({ name: 'Nordwind Foods', domain: 'nordwind.example', tenantId, clock })
  const random = randomRow(options.seed)
  const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0]
  const ago = (least: number, most: number) =>
    new Date(clock().getTime() - Math.floor(least + random() * (most - least)) * day)
  const dates = () => ({ created: ago(400, 2000), passwordSet: ago(5, 180) })

  let number = 1
  for (const [key, one] of Object.entries<CastMember>(cast)) {
    const managerId = one.manager === null ? null : personId(one.manager)
    company.putUser(person(company, { ...one, id: personId(key), number, managerId }, dates()))
    number += 1
  }

  const leads: Record<Department, string> = {
    Sales: wellKnown.maya.id,
    Finance: wellKnown.financeManager.id,
    IT: wellKnown.itManager.id,
    HR: wellKnown.hrManager.id,
    Operations: wellKnown.operationsManager.id,
    Legal: wellKnown.legalManager.id,
  }
  const teams: Record<Department, { lead: string; size: number }> = {
    Sales: { lead: leads.Sales, size: 0 },
    Finance: { lead: leads.Finance, size: 0 },
    IT: { lead: leads.IT, size: 0 },
    HR: { lead: leads.HR, size: 0 },
    Operations: { lead: leads.Operations, size: 0 },
    Legal: { lead: leads.Legal, size: 0 },
  }
  for (let extra = 0; extra < options.people - size; extra += 1) {
    const department = departments[extra % departments.length] ?? 'Operations'
    const team = teams[department]
    const full = team.size === reportsPerLead
    const id = personId(`${number}`)
    const first = pick(firstNames as [string, ...string[]])
    const last = pick(lastNames as [string, ...string[]])
    const about = {
      id,
      number,
      name: `${first} ${last}`,
      title: full ? `${department} Team Lead` : `${department} Specialist`,
      department,
      managerId: full ? leads[department] : team.lead,
      ...(isSyncedExtra(extra) ? { is: 'synced' as const } : {}),
      login: `${localPart(first)}.${localPart(last)}${number}`,
    }
    company.putUser(person(company, about, dates()))
    teams[department] = full ? { lead: id, size: 0 } : { lead: team.lead, size: team.size + 1 }
    number += 1
  }

  seedGroups(company, ago(300, 1500))
  seedRoles(company)
  return company
}

/** Every other one at first (eleven of the first sixty people), one in five of those who come after. */
function isSyncedExtra(extra: number): boolean {
  return extra < 2 * syncedExtras ? extra % 2 === 1 : extra > 30 && extra % 5 === 0
}

function personId(key: string): string {
  return stableId(`person: ${key}`)
}

type About = Pick<CastMember, 'name' | 'title' | 'department' | 'is' | 'otherMails' | 'login' | 'aliases'> & {
  readonly id: string
  readonly number: number
  readonly managerId: string | null
}

function person(company: Company, about: About, dates: { created: Date; passwordSet: Date }): CompanyUser {
  const login = about.login ?? localPart(about.name)
  const address = `${login}@${company.domain}`
  const guest = about.is === 'guest'
  const synced = about.is === 'synced'
  const mail = guest ? (about.otherMails?.[0] ?? null) : address
  const [given = about.name, ...rest] = about.login === 'hostile.name' ? [about.name] : about.name.split(' ')
  return {
    id: about.id,
    userPrincipalName: address,
    displayName: about.name,
    givenName: given,
    surname: rest.length === 0 ? null : rest.join(' '),
    mail,
    mailNickname: login.replaceAll('#', '_'),
    otherMails: about.otherMails ?? [],
    proxyAddresses: [
      ...(mail === null ? [] : [`SMTP:${mail}`]),
      ...(about.aliases ?? []).map((alias) => `smtp:${alias}@${company.domain}`),
    ],
    jobTitle: about.title,
    department: about.department,
    companyName: guest ? null : company.name,
    officeLocation: guest ? null : (['Bergen', 'Rotterdam', 'Lisbon'][about.number % 3] ?? null),
    businessPhones: guest ? [] : [`+47 55 00 ${String(about.number % 10_000).padStart(4, '0')}`],
    mobilePhone: null,
    preferredLanguage: null,
    usageLocation: guest ? null : 'NO',
    employeeId: guest ? null : `E${String(about.number).padStart(6, '0')}`,
    accountEnabled: about.is !== 'disabled',
    userType: guest ? 'Guest' : 'Member',
    createdDateTime: dates.created,
    onPremisesSyncEnabled: synced ? true : null,
    // base64 of the sixteen bytes of objectGUID
    onPremisesImmutableId: synced
      ? Buffer.from(stableId(`objectGUID: ${about.id}`).replaceAll('-', ''), 'hex').toString('base64')
      : null,
    onPremisesSamAccountName: synced ? samAccountName(login) : null,
    onPremisesDomainName: synced ? `corp.${company.domain}` : null,
    onPremisesUserPrincipalName: synced ? address : null,
    isCloudManaged: false,
    lastPasswordChangeDateTime: dates.passwordSet,
    signInSessionsValidFromDateTime: dates.passwordSet,
    passwordPolicies: null,
    managerId: about.managerId,
    licensed: !guest,
    mustChangePassword: false,
  }
}

/** At most 20 characters (MS-SAMR 3.1.1.6), of which the number at the end is not cut off: it tells namesakes apart. */
function samAccountName(login: string): string {
  const number = /\d*$/.exec(login)?.[0] ?? ''
  return `${login.slice(0, login.length - number.length).slice(0, 20 - number.length)}${number}`
}

function seedRoles(company: Company): void {
  const give = (principalId: string, name: RoleName) => {
    const role = findRole(name)
    if (role === undefined) throw new Error(`no role ${name}`)
    company.putAssignment({
      id: stableId(`assignment: ${principalId} ${name}`),
      state: 'active',
      principalId,
      roleDefinitionId: role.roleTemplateId,
    })
  }
  give(wellKnown.itHead.id, 'Global Administrator')
  give(wellKnown.ravi.id, 'Global Administrator')
  give(wellKnown.helen.id, 'Helpdesk Administrator')
  give(stableId('group: Tier 0 Operators'), 'Privileged Authentication Administrator')
}
