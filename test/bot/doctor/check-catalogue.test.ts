import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { checkCatalogue } from '../../../bot/doctor/check-catalogue.ts'
import type { Finding } from '../../../bot/doctor/finding.ts'
import { unwritable } from '../../../bot/doctor/unwritable-group.ts'
import { type GroupId, groupId } from '../../../bot/identity/person.ts'
import type { Catalogue, Entry } from '../../../bot/policy/catalogue/catalogue.ts'
import { loadCatalogue } from '../../../bot/policy/catalogue/load.ts'
import { practiceCatalogue } from '../../../infra/practice/catalogue.ts'
import { wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { openTenantDirectory, type TenantDirectory } from '../directory/tenant-directory.ts'

const group = (key: keyof typeof wellKnownGroups): GroupId => groupId.parse(wellKnownGroups[key])
const practice = loadCatalogue(practiceCatalogue(), 'catalogue.yaml')

/** One entry of the practice catalogue and nothing else, with what is changed. */
function only(key: string, change: Partial<Entry> = {}, more: Partial<Catalogue> = {}): Catalogue {
  const entry = practice.entries.find((one) => one.key === key)
  assert.ok(entry)
  return { ...practice, entries: [{ ...entry, ...change }], conflicts: [], contracts: undefined, ...more }
}

describe('what the doctor says of the catalogue', () => {
  let held: TenantDirectory
  before(async () => {
    held = await openTenantDirectory({ people: 60 })
  })
  after(() => held.close())

  const check = (catalogue: Catalogue, protectedGroups: readonly GroupId[] = []) =>
    checkCatalogue(catalogue, held.directory, protectedGroups)
  async function fault(catalogue: Catalogue, protectedGroups: readonly GroupId[] = []): Promise<Finding> {
    const [finding, ...others] = await check(catalogue, protectedGroups)
    assert.ok(finding)
    assert.deepEqual([finding.status, others], ['missing', []], JSON.stringify(finding))
    return finding
  }

  it('names the entries of the practice company that nobody could be given, one line each, with the fix', async () => {
    const findings = await check(practice)
    const told = findings.map(({ status, what, why }) => `${status} ${what}: ${why}`)
    assert.deepEqual(told, [
      'missing catalogue entry invoice-approvers: its group Invoice Approvers is mail-enabled, and no Microsoft 365 group',
      'missing catalogue entry plant-network: its group Plant Network Operators gives administrator rights (nested in role-assignable group: Tier 0 Operators), so nobody is added to it',
      'missing catalogue entry warehouse-badges: its group Warehouse Badge Access is mastered on-premises, so HelpBot cannot change who is in it',
      'missing catalogue entry all-employees: its group All Employees has dynamic membership: who is in it follows from a rule',
    ])
    for (const { fix } of findings) assert.ok(fix)
  })

  it('is content with what is in order, nested in nothing and approved by enough', async () => {
    const [finding, ...others] = await check(only('finance-reports'))
    assert.deepEqual(others, [])
    assert.equal(finding?.status, 'ok')
    assert.match(finding?.why ?? '', /^entries: 1; /)
  })

  it('names groups that are not there, wherever they are named', async () => {
    const [one, two, three, four, five] = Array.from({ length: 5 }, () => groupId.parse(randomUUID()))
    assert.ok(one && two && three && four && five)
    const gone = await fault(only('finance-reports', { group: one }))
    assert.equal(gone.what, 'catalogue entry finance-reports')
    assert.equal(gone.why, `the directory has no group ${one}`)
    const { conflicts } = loadCatalogue(
      practiceCatalogue().replaceAll(group('internalControl'), four),
      'catalogue.yaml',
    )
    const approvals = [[{ from: `group:${two}` as const, need: 1 }]]
    const findings = await check(
      only(
        'finance-reports',
        { approvals, visibleTo: [three, two] },
        {
          conflicts,
          contracts: { groups: [five], guests: true, longest: 1, approvals: [], withoutSponsor: 1 },
        },
      ),
    )
    assert.deepEqual(
      findings.map(({ what, why }) => `${what}: ${why.slice(-36)}`),
      [
        `catalogue: approvals of finance-reports: ${two}`,
        `catalogue: visibleTo of finance-reports: ${three}`,
        `catalogue: conflict of vendor-master and invoice-entry: ${four}`,
        `catalogue: contracts: ${five}`,
      ],
    )
  })

  it('counts the owners and members who could approve: only those who can sign in', async () => {
    const { control } = held.tenant
    const [hugo, meera] = [wellKnown.financeManager.id, wellKnown.financeHead.id]
    const two = only('finance-reports', { approvals: [[{ from: 'owners', need: 2 }]] })
    assert.equal((await check(two))[0]?.status, 'ok')
    control.editUser(hugo, { accountEnabled: false })
    assert.match((await fault(two)).why, /2 of its owners must approve, and of those who can sign in there is 1$/)
    control.editUser(hugo, { accountEnabled: true })
    for (const owner of [hugo, meera]) control.removeOwner(group('financeReports'), owner)
    const none = await fault(only('finance-reports'))
    assert.match(none.why, /1 of its owners must approve, and of those who can sign in there are 0$/)
    assert.match(none.fix ?? '', /Owners › Add owners/)
    for (const owner of [hugo, meera]) control.addOwner(group('financeReports'), owner)
    const reviewers = group('legalReviewers')
    const four = only('legal-archive', { approvals: [[{ from: `group:${reviewers}`, need: 4 }]] })
    assert.match((await fault(four)).why, /there are 3$/, 'Otto is one of four, and blocked')
  })

  it('names groups that the policy protects, and those nested in one', async () => {
    const reports = group('financeReports')
    assert.match((await fault(only('finance-reports'), [reports])).why, new RegExp(`policy protects: ${reports}`))
    held.tenant.control.addMember(reports, group('productLaunch'))
    const launch = await fault(only('product-launch'), [reports])
    held.tenant.control.removeMember(reports, group('productLaunch'))
    assert.match(launch.why, /Product Launch is, or is nested in, a group that the policy protects/)
  })

  it('says in one line what it could not look at', async () => {
    await held.without('RoleManagement.Read.Directory', async () => {
      const findings = await check({ ...practice, entries: practice.entries.slice(0, 3) })
      assert.deepEqual(
        findings.map(({ status }) => status),
        ['warning'],
      )
      assert.match(findings[0]?.why ?? '', /^entries that could not be looked at wholly: 3, the first of them /)
    })
    await held.without(['GroupMember.Read.All', 'GroupMember.ReadWrite.All'], async () => {
      const [finding, ...others] = await check(practice)
      assert.deepEqual([finding?.status, others], ['warning', []])
      assert.match(finding?.why ?? '', /^its groups cannot be looked at/)
    })
  })

  it('knows every kind of group that cannot be written', async () => {
    const facts = await held.directory.group(group('financeReports'))
    const cloud = { at: 'entra' } as const
    assert.equal(unwritable(facts, cloud), undefined)
    assert.equal(unwritable({ ...facts, mailEnabled: true, securityEnabled: false, unified: true }, cloud), undefined)
    for (const [change, why] of [
      [{ roleAssignable: true }, /role-assignable/],
      [{ mailEnabled: true }, /mail-enabled/],
      [{ mailEnabled: false, securityEnabled: false }, /neither/],
    ] as const)
      assert.match(unwritable({ ...facts, ...change }, cloud)?.why ?? '', why)
  })

  it('lets a synced group be named where an agent may write it, and says what is missing where none may', async () => {
    const facts = await held.directory.group(group('warehouseBadges'))
    assert.equal(facts.sourceOfAuthority, 'on-premises')
    const there = { at: 'active-directory', domain: 'corp.nordwind.example', guid: randomUUID(), dn: 'CN=x' } as const
    assert.equal(unwritable(facts, there), undefined)
    assert.equal(unwritable({ ...facts, mailEnabled: true }, there), undefined, 'mail does not matter there')
    for (const [code, why, fix] of [
      ['no-connector', /mastered on-premises/, /enrol an agent/],
      ['switched-off', /HELPBOT_DIRECTORY/, /hybrid/],
      ['ambiguous', /for certain \(two of them\)/, /Entra Connect/],
      ['missing', /not found .*\(two of them\)/, /policy\.read/],
      ['not-allowed', /may not be changed/, /policy\.write/],
    ] as const) {
      const fault = unwritable(facts, { at: 'nowhere', code, detail: 'two of them' })
      assert.match(fault?.why ?? '', why)
      assert.match(fault?.fix ?? '', fix)
    }
  })
})
