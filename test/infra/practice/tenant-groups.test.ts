import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { wellKnown, wellKnownGroups } from '../../../infra/practice/company/seed.ts'
import { codeIn, openPractice, type Practice, refusal } from './tenant-fixtures.ts'

const { ada, gil, lucas, maya, padraig, salesHead } = wellKnown
const { salesDashboard, plantNetwork, productLaunch, tierZero } = wellKnownGroups
const eventual = { ConsistencyLevel: 'eventual' }

describe('groups at the practice tenant', () => {
  let practice: Practice
  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.close())
  const get = (path: string, headers: Record<string, string> = {}) => practice.graph.api(path).headers(headers).get()
  const ids = async (path: string, headers: Record<string, string> = {}): Promise<string[]> => {
    const { value }: { value: { id: string }[] } = await get(path, headers)
    return value.map(({ id }) => id)
  }

  it('lists members as they are; a filter, an order or a cast is an advanced query', async () => {
    const path = `/groups/${salesDashboard}/members`
    assert.deepEqual((await ids(path)).sort(), [salesHead.id, maya.id, padraig.id].sort())
    const one = `$filter=id eq '${maya.id}'&$select=id`
    assert.deepEqual(await ids(`${path}?${one}&$count=true`, eventual), [maya.id])
    assert.deepEqual(await ids(`${path}?$filter=id eq '${ada.id}'&$count=true`, eventual), [])
    for (const relation of ['members', 'owners'])
      for (const asked of [`?${one}`, '?$orderby=displayName', '/microsoft.graph.user']) {
        const at = `/groups/${salesDashboard}/${relation}${asked}`
        const unsupported = refusal(400, 'Request_UnsupportedQuery')
        await assert.rejects(get(at), unsupported)
        await assert.rejects(get(at, eventual), unsupported)
        await get(`${at}${at.includes('?') ? '&' : '?'}$count=true`, eventual)
      }
    const people = `/groups/${tierZero}/members/microsoft.graph.user?$count=true`
    assert.ok(!(await ids(people, eventual)).includes(plantNetwork))
  })

  it('tells a group which groups it is in', async () => {
    const ask = (id: string, securityEnabledOnly: boolean) =>
      practice.graph.api(`/groups/${id}/getMemberGroups`).post({ securityEnabledOnly })
    assert.deepEqual((await ask(plantNetwork, false)).value, [tierZero])
    assert.deepEqual((await ask(tierZero, false)).value, [])
    await assert.rejects(ask(plantNetwork, true), refusal(400, 'Request_BadRequest'))
    await assert.rejects(ask(lucas.id, false), refusal(404, 'Request_ResourceNotFound'))
  })

  it('keeps automatic replies for mailboxes with a licence', async () => {
    const { control } = practice.tenant
    const path = (id: string) => `/users/${id}/mailboxSettings/automaticRepliesSetting`
    assert.equal((await get(path(ada.id))).status, 'disabled')
    const from = new Date('2026-12-01T08:00:00Z')
    control.setAutomaticReplies(ada.id, { from, until: new Date('2026-12-08T08:00:00Z') })
    const { status, scheduledStartDateTime } = await get(path(ada.id))
    assert.deepEqual(
      [status, scheduledStartDateTime],
      ['scheduled', { dateTime: '2026-12-01T08:00:00.0000000', timeZone: 'UTC' }],
    )
    assert.equal((await get(`/users/${ada.id}/mailboxSettings`)).automaticRepliesSetting.status, 'scheduled')
    control.editUser(maya.id, { licensed: false })
    for (const id of [maya.id, gil.id]) await assert.rejects(get(path(id)), refusal(404, 'MailboxNotEnabledForRESTAPI'))
    control.editUser(maya.id, { licensed: true })
    const reply = await practice.ask(`/v1.0${path('00000000-0000-4000-8000-000000000000')}`)
    assert.deepEqual([reply.status, codeIn(reply)], [404, 'Request_ResourceNotFound'])
  })

  it('does over HTTP what an administrator does to groups and people', async () => {
    const app = express().use(practice.tenant.controlRouter)
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const ask = async (method: string, path: string, body?: object) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...sent })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    }
    try {
      const { control } = practice.tenant
      const at = `/groups/${productLaunch}`
      const seen = (await ask('GET', at)).body
      assert.deepEqual([seen.displayName, seen.unified, seen.owners], ['Product Launch', true, [ada.id]])
      assert.deepEqual(seen, control.group(productLaunch))
      await ask('PUT', `${at}/owners/${maya.id}`)
      assert.deepEqual(control.group(productLaunch).owners, [ada.id, maya.id])
      await ask('DELETE', `${at}/owners/${ada.id}`)
      assert.deepEqual(control.group(productLaunch).owners, [maya.id])
      assert.equal((await ask('PATCH', at, { onPremisesSyncEnabled: true })).body.synced, true)
      assert.equal((await ask('PATCH', at, { members: [] })).status, 400)
      assert.equal((await ask('PUT', `/users/${ada.id}/automatic-replies`, { on: true })).status, 204)
      assert.equal((await get(`/users/${ada.id}/mailboxSettings/automaticRepliesSetting`)).status, 'alwaysEnabled')
      assert.equal((await ask('DELETE', at)).status, 204)
      assert.equal((await ask('GET', at)).status, 404)
      await assert.rejects(get(at), refusal(404, 'Request_ResourceNotFound'))
      assert.ok(!control.user(ada.id).groupIds.includes(productLaunch))
      assert.equal((await ask('DELETE', `/users/${gil.id}`)).status, 204)
      await assert.rejects(get(`/users/${gil.id}`), refusal(404, 'Request_ResourceNotFound'))
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('forgets what a deleted group gave', async () => {
    const { control } = practice.tenant
    assert.equal(control.user(lucas.id).administrator, true)
    control.deleteGroup(plantNetwork)
    assert.equal(control.user(lucas.id).administrator, false)
    assert.ok(!control.group(tierZero).members.includes(plantNetwork))
    assert.throws(() => control.group(plantNetwork), /no group is/)
  })
})
