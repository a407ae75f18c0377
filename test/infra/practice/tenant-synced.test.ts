import assert from 'node:assert/strict'
import { wellKnown, wellKnownGroups } from '../../../infra/practice/company/seed.ts'
import { openPractice, type Practice, refusal } from './tenant-fixtures.ts'

const { ada, kwame, padraig } = wellKnown
const { warehouseBadges } = wellKnownGroups
const day = 24 * 3_600_000
const deleted = '/directory/deletedItems/microsoft.graph.user'

describe('what is synced to the practice tenant', () => {
  let practice: Practice
  let now = new Date('2026-11-21T10:00:00Z')
  before(async () => {
    practice = await openPractice({ clock: () => now })
  })
  after(() => practice.close())
  const get = (path: string) => practice.graph.api(path).get()
  const control = () => practice.tenant.control

  it('says where it comes from: people and groups', async () => {
    const names = 'onPremisesImmutableId,onPremisesSamAccountName,onPremisesDomainName,onPremisesUserPrincipalName'
    const person = await get(`/users/${kwame.id}?$select=${names}`)
    assert.equal(Buffer.from(person.onPremisesImmutableId, 'base64').length, 16)
    assert.deepEqual(
      [person.onPremisesSamAccountName, person.onPremisesDomainName, person.onPremisesUserPrincipalName],
      ['kwame.mensah', 'corp.nordwind.example', 'kwame.mensah@nordwind.example'],
    )
    const cloud = await get(`/users/${ada.id}?$select=${names}`)
    assert.deepEqual([cloud.onPremisesImmutableId, cloud.onPremisesUserPrincipalName], [null, null])
    const group = await get(
      `/groups/${warehouseBadges}?$select=onPremisesSecurityIdentifier,onPremisesSamAccountName,onPremisesDomainName`,
    )
    assert.match(group.onPremisesSecurityIdentifier, /^S-1-5-21-/)
    assert.equal(group.onPremisesSamAccountName, 'Warehouse Badge Access')
    assert.equal(group.onPremisesDomainName, 'corp.nordwind.example')
    const bySid = await get(`/groups?$filter=onPremisesSecurityIdentifier eq '${group.onPremisesSecurityIdentifier}'`)
    assert.deepEqual(
      bySid.value.map(({ id }: { id: string }) => id),
      [warehouseBadges],
    )
    assert.ok(!('isCloudManaged' in (await get(`/groups/${warehouseBadges}`))))
  })

  it('is taken over by the cloud, and can be written there from then on', async () => {
    for (const [path, edit] of [
      [`/users/${kwame.id}`, (on: boolean) => control().editUser(kwame.id, { isCloudManaged: on })],
      [`/groups/${warehouseBadges}`, (on: boolean) => control().editGroup(warehouseBadges, { isCloudManaged: on })],
    ] as const) {
      const managed = async () => (await get(`${path}/onPremisesSyncBehavior`)).isCloudManaged
      assert.equal(await managed(), false)
      edit(true)
      assert.equal(await managed(), true)
    }
    const member = `/groups/${warehouseBadges}/members`
    const reference = { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${ada.id}` }
    await practice.graph.api(`${member}/$ref`).post(reference)
    await practice.graph.api(`${member}/${ada.id}/$ref`).delete()
    await practice.graph.api(`/users/${kwame.id}`).patch({ accountEnabled: true })
    control().editUser(kwame.id, { isCloudManaged: false })
    control().editGroup(warehouseBadges, { isCloudManaged: false })
    await assert.rejects(practice.graph.api(`${member}/$ref`).post(reference), refusal(400, 'Request_BadRequest'))
    const patch = practice.graph.api(`/users/${kwame.id}`).patch({ accountEnabled: true })
    await assert.rejects(patch, refusal(400, 'Request_BadRequest'))
    await assert.rejects(get(`/users/${ada.id}/onPremisesSyncBehavior`), refusal(400, 'Request_BadRequest'))
  })

  it('is among the deleted ones for thirty days, with its anchor, and its name is free', async () => {
    const anchor = Buffer.from('00112233445566778899aabbccddeeff', 'hex').toString('base64')
    const query = `$filter=onPremisesImmutableId eq '${encodeURIComponent(anchor)}'&$select=id,userPrincipalName,deletedDateTime`
    const found = async () => (await get(`${deleted}?${query}`)).value
    control().editUser(padraig.id, { onPremisesImmutableId: anchor })
    assert.deepEqual(await found(), [])
    control().deleteUser(padraig.id)
    assert.deepEqual(await found(), [
      {
        id: padraig.id,
        userPrincipalName: `${padraig.id.replaceAll('-', '')}padraig.obrien@nordwind.example`,
        deletedDateTime: '2026-11-21T10:00:00Z',
      },
    ])
    assert.deepEqual(control().deletedUsers(), [padraig.id])
    await assert.rejects(get(`/users/${padraig.id}`), refusal(404, 'Request_ResourceNotFound'))
    now = new Date(now.getTime() + 31 * day)
    assert.deepEqual(await found(), [])
  })

  it('is gone for good when it is purged', async () => {
    const doomed = [...practice.tenant.company.users.values('latest')].at(-1)
    assert.ok(doomed)
    control().deleteUser(doomed.id)
    assert.equal((await get(`${deleted}?$select=id`)).value.length, 1)
    control().purgeUser(doomed.id)
    assert.deepEqual((await get(`${deleted}?$select=id`)).value, [])
  })
})
