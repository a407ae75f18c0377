import assert from 'node:assert/strict'
import { seedCompany } from '../../../infra/practice/company/seed.ts'
import { practice } from '../../../infra/practice/company.ts'

describe('accounts of a large practice company', () => {
  it('have names of their own on-premises, namesakes and long names too', () => {
    const clock = () => new Date('2026-11-21T09:00:00Z')
    const company = seedCompany({ people: 3_000, seed: 7, clock, tenantId: practice.tenantId })
    const synced = [...company.users.values('latest')].filter((user) => user.onPremisesSyncEnabled === true)
    const names = synced.map((user) => user.onPremisesSamAccountName ?? '')
    assert.ok(new Set(synced.map(({ displayName }) => displayName)).size < synced.length, 'there are namesakes')
    assert.ok(names.some((name) => name.length === 20))
    assert.deepEqual(
      names.filter((name, index) => !/^[a-z0-9.]{1,20}$/.test(name) || names.indexOf(name) !== index),
      [],
    )
  })
})
