import assert from 'node:assert/strict'
import { wellKnown } from '../../../infra/practice/company/seed.ts'
import { clientId, codeIn, openPractice, type Practice, refusal } from './tenant-fixtures.ts'

const { ada, gil, maya, ravi, tomas, zoe } = wellKnown
const eventual = { ConsistencyLevel: 'eventual' }

describe('Temporary Access Passes at the practice tenant', () => {
  let practice: Practice
  let now = new Date('2026-11-21T10:00:00Z')
  before(async () => {
    practice = await openPractice({ clock: () => now })
  })
  after(() => practice.close())

  const path = (id: string, pass = '') => `/users/${id}/authentication/temporaryAccessPassMethods${pass}`
  const make = (id: string, body: object = { lifetimeInMinutes: 60, isUsableOnce: true }) =>
    practice.graph.api(path(id)).post(body)
  const uses = (id: string, pass: string) => practice.tenant.control.useAccessPass(id, pass)

  it('shows a pass when it is made and never again', async () => {
    const made = await make(ada.id)
    assert.equal(made.temporaryAccessPass.length, 8)
    assert.deepEqual(
      [made.lifetimeInMinutes, made.isUsableOnce, made.isUsable, made.methodUsabilityReason, made.startDateTime],
      [60, true, true, 'EnabledByPolicy', now.toISOString()],
    )
    const [listed, ...others] = (await practice.graph.api(path(ada.id)).get()).value
    assert.equal(others.length, 0)
    assert.equal(listed.id, made.id)
    const read = await practice.graph.api(path(ada.id, `/${made.id}`)).get()
    assert.deepEqual([listed.temporaryAccessPass, read.temporaryAccessPass], [null, null])
    assert.equal((await practice.ask(`/v1.0${path(ada.id)}?$select=id`)).status, 400)
  })

  it('lets a pass begin later, end in time, and be deleted', async () => {
    const startDateTime = new Date(now.getTime() + 3_600_000).toISOString()
    const made = await make(tomas.id, { lifetimeInMinutes: 10, isUsableOnce: false, startDateTime })
    assert.equal(made.methodUsabilityReason, 'NotYetValid')
    assert.equal(uses(tomas.id, made.temporaryAccessPass), false)
    now = new Date(startDateTime)
    assert.equal(uses(tomas.id, made.temporaryAccessPass), true)
    await practice.graph.api(path(tomas.id, `/${made.id}`)).delete()
    assert.equal(uses(tomas.id, made.temporaryAccessPass), false)
    await assert.rejects(
      practice.graph.api(path(tomas.id, `/${made.id}`)).get(),
      refusal(404, 'Request_ResourceNotFound'),
    )
    assert.deepEqual((await practice.graph.api(path(tomas.id)).get()).value, [])
  })

  it('ends with the account', async () => {
    const made = await make(zoe.id)
    practice.tenant.control.editUser(zoe.id, { accountEnabled: false })
    assert.equal(uses(zoe.id, made.temporaryAccessPass), false)
    practice.tenant.control.editUser(zoe.id, { accountEnabled: true })
    assert.equal(uses(zoe.id, made.temporaryAccessPass), true)
  })

  it('reaches administrators, and neither guests nor lifetimes out of bounds', async () => {
    assert.equal(uses(ravi.id, (await make(ravi.id)).temporaryAccessPass), true)
    await assert.rejects(make(gil.id), /cannot be added to an external guest user/)
    for (const lifetimeInMinutes of [9, 43_201, 10.5])
      await assert.rejects(make(maya.id, { lifetimeInMinutes }), refusal(400, 'Request_BadRequest'))
    await assert.rejects(make(maya.id, { lifetimeInMinutes: 43_200 }), refusal(400, 'badRequest'))
    await assert.rejects(make(maya.id, { temporaryAccessPass: 'MyOwn-Pass1' }), refusal(400, 'Request_BadRequest'))
    const { control } = practice.tenant
    control.setPermission(clientId, 'UserAuthMethod-TAP.ReadWrite.All', false)
    await assert.rejects(make(maya.id), refusal(403, 'Authorization_RequestDenied'))
    const read = await practice.ask(`/v1.0${path(maya.id)}`)
    assert.deepEqual([read.status, codeIn(read)], [403, 'Authorization_RequestDenied'])
    control.setPermission(clientId, 'UserAuthMethod-TAP.ReadWrite.All', true)
    assert.equal(control.accessPass(maya.id), undefined)
  })
})

describe('questions about people at the practice tenant', () => {
  let practice: Practice
  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.close())
  const ids = async (query: string, headers: Record<string, string> = {}): Promise<string[]> => {
    const page: { value: { id: string }[] } = await practice.graph.api(`/users?${query}`).headers(headers).get()
    return page.value.map(({ id }) => id)
  }

  it('filters by address: mail, user principal name and aliases, whatever their case', async () => {
    const any = (value: string) => `$filter=proxyAddresses/any(p:p eq '${value}')`
    assert.deepEqual(await ids(any('smtp:ada.lindqvist@nordwind.example')), [ada.id])
    assert.equal((await ids(any('smtp:CONTRACTS@nordwind.example'))).length, 2)
    assert.deepEqual(await ids(any('ada.lindqvist@nordwind.example')), [])
    assert.deepEqual(await ids("$filter=mail eq 'Ada.Lindqvist@nordwind.example' or userPrincipalName eq 'x'"), [
      ada.id,
    ])
    assert.deepEqual(await ids("$filter=startswith(mail,'ADA.')"), [ada.id])
  })

  it('searches names word by word, addresses from their beginning, and together with a filter', async () => {
    const search = (text: string) => ids(`$search=${text}&$count=true`, eventual)
    assert.deepEqual(await search('"displayName:lind"'), [ada.id])
    assert.deepEqual(await search('"mail:ada.lind"'), [ada.id])
    assert.deepEqual(await search('"mail:lindqvist"'), [])
    await assert.rejects(search('"displayName:..."'), refusal(400, 'Request_BadRequest'))
    await assert.rejects(search('"jobTitle:head"'), refusal(400, 'Request_BadRequest'))
    const both = '$search="displayName:santos"&$filter=userType eq \'Guest\'&$orderby=displayName&$count=true'
    assert.deepEqual(await ids(both, eventual), [gil.id])
    await assert.rejects(ids(both), refusal(400, 'Request_UnsupportedQuery'))
  })
})
