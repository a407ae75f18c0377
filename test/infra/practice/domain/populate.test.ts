import assert from 'node:assert/strict'
import { EqualityFilter } from 'ldapts'
import { populate } from '../../../../infra/practice/domain/populate.ts'
import { bulkTemplate } from '../../../../infra/practice/domain/template.ts'
import { startTestDomain, type TestDomain } from '../../../support/samba.ts'

describe('people and groups of a practice domain', () => {
  let domain: TestDomain
  before(async () => {
    domain = await startTestDomain()
  })
  after(() => domain.close())

  it('are made with what they are given, groups in groups too, in whatever order', async () => {
    const people = Array.from({ length: 20 }, (_, index) => ({
      name: `Person ${index}`,
      password: `Autumn-Leaf-${index}x`,
      unit: index === 7 ? domain.units.leavers : domain.units.people,
      attributes: { department: index % 2 === 0 ? 'Sales' : 'Legal' },
    }))
    const { users, groups } = await populate(domain, people, [
      { name: 'Everybody', members: ['Sales', 'Person 1'] },
      { name: 'Sales', members: ['Person 0', 'Person 2'] },
      { name: 'Nobody' },
    ])
    assert.equal(users.size, 20)
    const zero = users.get('Person 0')
    assert.equal(await domain.bind(zero?.upn ?? '', 'Autumn-Leaf-0x'), 'ok')
    const read = await domain.attributes(zero?.guid ?? '')
    assert.equal(read.department, 'Sales')
    assert.equal(read.objectSid, zero?.sid)
    for (const group of ['Sales', 'Everybody'])
      assert.ok([read.tokenGroups].flat().includes(groups.get(group)?.sid), `is in ${group}`)
    assert.equal(users.get('Person 7')?.dn, `CN=Person 7,${domain.units.leavers}`)
    assert.equal((await domain.attributes(groups.get('Nobody')?.guid ?? '')).member, undefined)
  })

  it('are not made twice, and no member is made up', async () => {
    await assert.rejects(populate(domain, [{ name: 'Twin' }, { name: 'Twin' }]), /Twin/)
    await assert.rejects(
      populate(domain, [], [{ name: 'Lost', members: ['Who'] }]),
      /nobody and no group is called Who/,
    )
  })

  it('are there in bulk, without anybody waiting for each', async () => {
    const many = await startTestDomain({ template: await bulkTemplate(300) })
    try {
      const filter = new EqualityFilter({ attribute: 'objectClass', value: 'user' })
      const { searchEntries } = await many.asAdministrator((client) =>
        client.search(many.units.people, {
          filter,
          attributes: ['mail', 'userAccountControl'],
          paged: { pageSize: 100 },
        }),
      )
      assert.equal(searchEntries.length, 300)
      assert.equal(new Set(searchEntries.map(({ mail }) => mail)).size, 300)
      // Still a directory like any other: what comes now gets an id and a place in the indexes.
      const nora = await many.addUser('Nora Lind')
      assert.equal((await many.attributes(nora.guid)).displayName, 'Nora Lind')
    } finally {
      await many.close()
    }
  })
})
