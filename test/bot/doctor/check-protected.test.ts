import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { checkProtected } from '../../../bot/doctor/check-protected.ts'
import { groupId, userId } from '../../../bot/identity/person.ts'
import { wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { openTenantDirectory, type TenantDirectory } from '../directory/tenant-directory.ts'

describe('what the doctor says of those whom the policy protects', () => {
  let held: TenantDirectory
  before(async () => {
    held = await openTenantDirectory({ people: 60 })
  })
  after(() => held.close())

  const groups = [groupId.parse(wellKnownGroups.financeReports)]
  const people = [userId.parse(wellKnown.chief.id)]

  it('is content when all of them are in the directory, and silent where there is nobody', async () => {
    const [finding, ...others] = await checkProtected({ groups, people }, held.directory)
    assert.deepEqual(
      [finding?.status, finding?.why, others],
      ['ok', 'groups: 1, people: 1; all of them are in the directory', []],
    )
    assert.deepEqual(await checkProtected({ groups: [], people: [] }, held.directory), [])
  })

  it('names each that is not, with the fix', async () => {
    const [group, person] = [groupId.parse(randomUUID()), userId.parse(randomUUID())]
    const findings = await checkProtected({ groups: [...groups, group], people: [person, ...people] }, held.directory)
    assert.deepEqual(
      findings.map(({ status, why }) => [status, why]),
      [
        ['missing', `the directory has no group ${group}: nobody is protected by that line`],
        ['missing', `the directory has no person ${person}: nobody is protected by that line`],
      ],
    )
    for (const { fix } of findings) assert.match(fix ?? '', /write the object id/)
  })

  it('does not take silence of the directory for an answer', async () => {
    const lost = async () => {
      throw new DirectoryError('unreachable', { sentence: 'No.', detail: 'it does not answer' })
    }
    const directory = { groups: lost, user: lost }
    const [finding, ...others] = await checkProtected({ groups, people }, directory)
    assert.deepEqual([finding?.status, others], ['warning', []])
    assert.match(finding?.why ?? '', /cannot be looked at: it does not answer/)
  })
})
