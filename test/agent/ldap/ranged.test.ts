import assert from 'node:assert/strict'
import { openDomain } from '../../../agent/ldap/connect.ts'
import type { Domain } from '../../../agent/ldap/domain.ts'
import { readRange, sliceOf } from '../../../agent/ldap/ranged.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { type LdapStandIn, startLdapStandIn } from './ldap-stand-in.ts'
import { controllerAnswers, domainDn } from './stand-in-domain.ts'

const most = 1_500
const everybody = Array.from({ length: 3_712 }, (_, index) => `CN=${index},${domainDn}`)
const name = 'dc.corp.nordwind.example'

describe('a group of more members than a server gives at once', function () {
  this.timeout(30_000)
  let server: LdapStandIn
  let agent: Domain

  before(async () => {
    const { ca, server: credential } = await makeCertificates()
    const usual = controllerAnswers({ name, pdc: name })
    // As Windows does it: at most 1,500 values, and the last slice ends with a star (MS-ADTS 3.1.1.3.1.3.3).
    server = await startLdapStandIn(credential, (asked) => {
      const known = usual(asked)
      if (known !== undefined) return known
      const [, from = '0', to = '*'] = /;range=(\d+)-(\d+|\*)$/.exec(asked.attributes[0] ?? '') ?? []
      const end = Math.min(Number(from) + most, to === '*' ? Number.POSITIVE_INFINITY : Number(to) + 1)
      const values = everybody.slice(Number(from), end)
      const last = end >= everybody.length ? '*' : end - 1
      return { entries: [{ dn: asked.base, attributes: { member: [], [`member;range=${from}-${last}`]: values } }] }
    })
    const bind = { name: 'agent', password: async () => 'secret' }
    agent = openDomain(
      { urls: [server.url], ca, bind },
      () => new Date(),
      () => 0,
    )
  })
  after(async () => {
    await agent?.close()
    await server?.close()
  })

  const read = (from: number, size: number) =>
    agent.reading((controller) => readRange(controller, `CN=big,${domainDn}`, 'member', from, size))

  it('is read whole, slice by slice', async () => {
    const { values, last } = await read(0, 5_000)
    assert.deepEqual(values, everybody)
    assert.equal(last, true)
    const slices = server.asked.filter(({ attributes }) => attributes[0]?.startsWith('member'))
    assert.deepEqual(
      slices.map(({ attributes }) => attributes[0]),
      ['member;range=0-4999', 'member;range=1500-4999', 'member;range=3000-4999'],
    )
  })

  it('is read in pages that do not care for the slices', async () => {
    const seen: string[] = []
    for (let from = 0; ; from += 1_000) {
      const { values, last } = await read(from, 1_000)
      seen.push(...values)
      if (last) break
    }
    assert.deepEqual(seen, everybody)
  })

  it('ends exactly at the last one', async () => {
    assert.deepEqual(await read(3_702, 10), { values: everybody.slice(3_702), last: true })
    assert.deepEqual(await read(3_701, 10), { values: everybody.slice(3_701, 3_711), last: false })
    assert.deepEqual(await read(9_000, 10), { values: [], last: true })
  })

  it('is understood where a server knows no ranges, or the group has no members', () => {
    assert.deepEqual(sliceOf({ dn: 'x', member: ['a', 'b', 'c'] }, 'member', 1), { values: ['b', 'c'], last: true })
    assert.deepEqual(sliceOf({ dn: 'x', 'member;range=0-9': [] }, 'member', 0), { values: [], last: true })
    assert.deepEqual(sliceOf({ dn: 'x', 'member;range=0-*': 'a', 'member;range=0-9': [] }, 'member', 0), {
      values: ['a'],
      last: true,
    })
  })
})
