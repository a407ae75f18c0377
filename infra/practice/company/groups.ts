import { type CastKey, type Department, departments, wellKnown, wellKnownGroups } from './cast.ts'
import type { Company } from './company.ts'
import { stableId } from './ids.ts'
import type { CompanyGroup, CompanyUser } from './model.ts'
import { localPart } from './names.ts'
import { type System, systems } from './systems.ts'

/**
 * The groups of the company. In a real tenant a role-assignable group takes no nested group any more; one is nested here all the
 * same, because tenants exist where it is so, and whoever decides who is privileged must see through it.
 */
export function seedGroups(company: Company, createdDateTime: Date): void {
  const people = [...company.users.values('latest')]
  const members = people.filter((one) => one.userType === 'Member')
  const group = (
    id: string,
    displayName: string,
    description: string,
    owners: readonly string[],
    memberIds: Iterable<string>,
    more: Partial<CompanyGroup> = {},
  ) =>
    company.putGroup({
      id,
      displayName,
      description,
      mailNickname: localPart(displayName),
      mail: null,
      mailEnabled: false,
      securityEnabled: true,
      groupTypes: [],
      membershipRule: null,
      isAssignableToRole: null,
      onPremisesSyncEnabled: null,
      onPremisesSecurityIdentifier: null,
      onPremisesSamAccountName: null,
      onPremisesDomainName: null,
      isCloudManaged: false,
      createdDateTime,
      owners: new Set(owners),
      members: new Set(memberIds),
      ...more,
    })
  const address = (name: string) => ({ mail: `${name}@${company.domain}`, mailEnabled: true })
  const ids = (some: readonly CompanyUser[]) => some.map((one) => one.id)
  const someOf = (department: string, count: number, ...not: readonly string[]) =>
    ids(members.filter((one) => one.department === department && !not.includes(one.id)).slice(0, count))
  const known = new Set(Object.values(wellKnown).map((one) => one.id))
  const strangersOf = (department: Department, count: number) => someOf(department, count, ...known)

  const heads = {
    Sales: wellKnown.salesHead.id,
    Finance: wellKnown.financeHead.id,
    IT: wellKnown.itHead.id,
    HR: wellKnown.hrHead.id,
    Operations: wellKnown.operationsHead.id,
    Legal: wellKnown.legalHead.id,
  }
  for (const name of departments) {
    const inside = members.filter((one) => one.department === name)
    group(
      stableId(`group: Department ${name}`),
      `Department ${name}`,
      `Everybody in ${name}`,
      [heads[name]],
      ids(inside),
    )
  }
  const its = wellKnownGroups
  group(
    its.salesDashboard,
    'Sales Dashboard',
    'Figures of the sales team',
    [wellKnown.maya.id],
    [wellKnown.salesHead.id, wellKnown.maya.id, wellKnown.padraig.id],
  )
  group(
    its.financeReports,
    'Finance Reports',
    'Monthly and yearly reports',
    [wellKnown.financeManager.id, wellKnown.financeHead.id],
    someOf('Finance', 3, wellKnown.lucas.id),
  )
  group(
    its.itHelpDesk,
    'IT Help Desk',
    'Those who answer',
    [wellKnown.itManager.id],
    [wellKnown.itManager.id, wellKnown.helen.id, wellKnown.sam.id],
  )
  group(
    its.plantNetwork,
    'Plant Network Operators',
    'Machines on the plant network',
    [wellKnown.itHead.id],
    [wellKnown.lucas.id],
  )
  group(
    its.tierZero,
    'Tier 0 Operators',
    'Those who can change anything',
    [wellKnown.itHead.id],
    [wellKnown.ravi.id, its.plantNetwork],
    { isAssignableToRole: true },
  )
  group(its.everybody, 'All Employees', 'Everybody but guests', [wellKnown.hrHead.id], ids(members), {
    groupTypes: ['DynamicMembership'],
    membershipRule: '(user.userType -eq "Member")',
  })
  group(
    its.invoiceApprovers,
    'Invoice Approvers',
    'Mail-enabled security group',
    [wellKnown.financeHead.id],
    [wellKnown.tomas.id, wellKnown.financeManager.id],
    address('invoice.approvers'),
  )
  group(
    its.warehouseBadges,
    'Warehouse Badge Access',
    'Mastered on-premises',
    [],
    someOf('Operations', 6, wellKnown.zoe.id, wellKnown.carla.id),
    {
      onPremisesSyncEnabled: true,
      onPremisesSecurityIdentifier: 'S-1-5-21-3623811015-3361044348-30300820-1601',
      onPremisesSamAccountName: 'Warehouse Badge Access',
      onPremisesDomainName: `corp.${company.domain}`,
    },
  )
  group(
    its.productLaunch,
    'Product Launch',
    'Microsoft 365 group of the launch team',
    [wellKnown.ada.id],
    [wellKnown.ada.id, wellKnown.tomas.id, wellKnown.noor.id],
    { ...address('product.launch'), securityEnabled: false, groupTypes: ['Unified'] },
  )
  for (const one of Object.values<System>(systems)) {
    const others = one.others === undefined ? [] : strangersOf(one.others, 2)
    const id = stableId(`group: ${one.name}`)
    group(id, one.name, one.description, peopleOf(one.owners), [...peopleOf(one.members), ...others])
  }
}

function peopleOf(keys: readonly CastKey[]): readonly string[] {
  return keys.map((key) => wellKnown[key].id)
}
