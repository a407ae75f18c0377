import assert from 'node:assert/strict'
import { wellKnown, wellKnownGroups } from '../../../infra/practice/company/seed.ts'
import { clientId, codeIn, openPractice, type Practice, refusal } from './tenant-fixtures.ts'

const { ada, maya, zoe, noor, gil, padraig, kwame, lucas, ravi, itHead, tomas, hostile, helen } = wellKnown
const eventual = { ConsistencyLevel: 'eventual' }

interface Item {
  readonly id: string
  readonly displayName: string
  readonly '@odata.type'?: string
}
interface Page {
  readonly value: readonly Item[]
  readonly '@odata.nextLink'?: string
  readonly '@odata.count'?: number
}

describe('the practice tenant speaks Microsoft Graph', () => {
  let practice: Practice
  before(async () => {
    practice = await openPractice({ people: 2000 })
  })
  after(() => practice.close())

  const get = (path: string, headers: Record<string, string> = {}): Promise<Page> =>
    practice.graph.api(path).headers(headers).get()
  const names = (page: Page) => page.value.map((one) => one.displayName)

  it('lists everybody page by page, each once', async () => {
    const seen: string[] = []
    const sizes: number[] = []
    for (let link: string | undefined = '/users?$select=id&$top=999'; link !== undefined; ) {
      const page: Page = await get(link)
      sizes.push(page.value.length)
      seen.push(...page.value.map((one) => one.id))
      link = page['@odata.nextLink']
    }
    assert.deepEqual(sizes, [999, 999, 2])
    assert.equal(new Set(seen).size, 2000)
  })

  it('pages a hundred at a time when nobody says, and never more than 999', async () => {
    assert.equal((await get('/users')).value.length, 100)
    await assert.rejects(get('/users?$top=1000'), refusal(400, 'Request_BadRequest'))
    await assert.rejects(get('/users?$skiptoken=nonsense'), refusal(400, 'Directory_ExpiredPageToken'))
    const token = new URL((await get('/users?$top=5'))['@odata.nextLink'] ?? '').searchParams.get('$skiptoken')
    assert.equal((await get(`/users?$top=5&$skiptoken=${token}`)).value.length, 5)
    const another = `/users?$filter=userType eq 'Guest'&$skiptoken=${token}`
    await assert.rejects(get(another), refusal(400, 'Directory_ExpiredPageToken'))
  })

  it('gives the default properties, and others only when they are selected', async () => {
    const plain = await practice.graph.api(`/users/${ada.id}`).get()
    assert.equal(plain.displayName, 'Ada Lindqvist')
    assert.ok(!('accountEnabled' in plain) && !('otherMails' in plain) && !('managerId' in plain))
    const chosen = await practice.graph
      .api(`/users/${kwame.id}`)
      .select(
        'id,accountEnabled,onPremisesSyncEnabled,userType,otherMails,signInSessionsValidFromDateTime,createdDateTime',
      )
      .get()
    assert.equal(chosen.onPremisesSyncEnabled, true)
    assert.equal(chosen.accountEnabled, true)
    assert.match(chosen.createdDateTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    await assert.rejects(get(`/users/${ada.id}?$select=shoeSize`), refusal(400, 'BadRequest'))
  })

  it('knows people by user principal name, in any case, and says 404 of others', async () => {
    assert.equal((await practice.graph.api('/users/ADA.Lindqvist@nordwind.example').get()).id, ada.id)
    const upn = practice.tenant.company.person(gil.id)?.userPrincipalName ?? ''
    assert.equal((await practice.graph.api(`/users/${encodeURIComponent(upn)}`).get()).id, gil.id)
    await assert.rejects(get('/users/nobody@nordwind.example'), refusal(404, 'Request_ResourceNotFound'))
  })

  it('filters: eq, startswith, and, or, in, any; in any case of letters', async () => {
    assert.deepEqual(names(await get("/users?$filter=displayName eq 'ada lindqvist'")), ['Ada Lindqvist'])
    assert.deepEqual(names(await get("/users?$filter=displayName eq 'Pádraig O''Brien'")), [padraig.name])
    const guests = "/users?$filter=userType eq 'Guest' and (startswith(displayName,'G') or startswith(mail,'priya'))"
    assert.deepEqual(names(await get(guests)), ['Gil Santos', 'Priya Raman'])
    assert.deepEqual(names(await get(`/users?$filter=id in ('${ada.id}','${zoe.id}')`)), [ada.name, zoe.name])
    const mails = "/users?$filter=otherMails/any(x:x eq 'tomas.dvorak@letterbox.example')"
    assert.deepEqual(names(await get(mails)), [tomas.name])
    await assert.rejects(get("/users?$filter=displayName eq 'x"), refusal(400, 'Request_BadRequest'))
    await assert.rejects(get("/users?$filter=contains(displayName,'x')"), refusal(400, 'Request_UnsupportedQuery'))
    const unknown = '/users?$filter=lastPasswordChangeDateTime ge 2026-01-01T00:00:00Z'
    await assert.rejects(get(unknown), refusal(400, 'Request_UnsupportedQuery'))
  })

  it('takes advanced queries only with ConsistencyLevel and $count, on every page', async () => {
    const search = '/users?$search="displayName:ada" OR "mail:lucas"&$count=true'
    await assert.rejects(get(search), refusal(400, 'Request_UnsupportedQuery'))
    const found = await get(search, eventual)
    assert.ok(names(found).includes(ada.name) && names(found).includes(lucas.name))
    assert.equal(found['@odata.count'], found.value.length)
    const negated = "/users?$filter=not(userType eq 'Member')&$count=true"
    await assert.rejects(get(negated), refusal(400, 'Request_UnsupportedQuery'))
    assert.equal((await get(negated, eventual))['@odata.count'], 3)
    const ends = "/users?$filter=endswith(userPrincipalName,'@nordwind.example')&$count=true&$top=5"
    const first = await get(ends, eventual)
    assert.equal(first['@odata.count'], 2000)
    const next = first['@odata.nextLink'] ?? ''
    await assert.rejects(get(next), refusal(400, 'Request_UnsupportedQuery'))
    assert.equal((await get(next, eventual)).value.length, 5)
  })

  it('orders, and expands managers', async () => {
    const ordered = names(await get('/users?$orderby=displayName desc&$top=3&$select=displayName'))
    const sorted = [...ordered].sort((one, other) => new Intl.Collator('en').compare(other, one))
    assert.deepEqual(ordered, sorted)
    const links: { value: { id: string; manager?: { id: string } }[] } = await practice.graph
      .api('/users?$select=id&$expand=manager($select=id)&$top=999')
      .get()
    const managers = new Map(links.value.map((one) => [one.id, one.manager?.id]))
    assert.equal(managers.get(ada.id), maya.id)
    assert.equal(managers.get(zoe.id), undefined)
  })

  it('knows who manages whom, and 404 where nobody does', async () => {
    assert.equal((await practice.graph.api(`/users/${ada.id}/manager`).get()).id, maya.id)
    const boss = await practice.graph.api(`/users/${noor.id}/manager`).select('id,userType').get()
    assert.deepEqual([boss.id, boss.userType], [gil.id, 'Guest'])
    const off = await practice.graph.api(`/users/${padraig.id}/manager`).select('accountEnabled').get()
    assert.equal(off.accountEnabled, false)
    await assert.rejects(get(`/users/${zoe.id}/manager`), refusal(404, 'Request_ResourceNotFound'))
  })

  it('shows nested privilege in transitiveMemberOf, not in memberOf', async () => {
    const direct = names(await get(`/users/${lucas.id}/memberOf`))
    assert.ok(direct.includes('Plant Network Operators') && !direct.includes('Tier 0 Operators'))
    const deep = await get(`/users/${lucas.id}/transitiveMemberOf?$select=id,displayName,isAssignableToRole`)
    const kinds = Object.fromEntries(deep.value.map((one) => [one.displayName, one['@odata.type']]))
    assert.equal(kinds['Tier 0 Operators'], '#microsoft.graph.group')
    assert.equal(kinds['Privileged Authentication Administrator'], '#microsoft.graph.directoryRole')
    const roles = (id: string, headers: Record<string, string>) =>
      get(`/users/${id}/transitiveMemberOf/microsoft.graph.directoryRole?$count=true`, headers)
    assert.deepEqual(names(await roles(lucas.id, eventual)), ['Privileged Authentication Administrator'])
    assert.deepEqual(names(await roles(ada.id, eventual)), [])
    await assert.rejects(roles(lucas.id, {}), refusal(400, 'Request_UnsupportedQuery'))
    const paged = await get(`/users/${lucas.id}/transitiveMemberOf?$top=1`)
    assert.ok(paged['@odata.nextLink'])
  })

  it('lists role assignments; the transitive ones exist in beta only, as in the real one', async () => {
    const of = (id: string) =>
      `roleManagement/directory/roleAssignments?$filter=principalId eq '${id}'&$expand=roleDefinition`
    const held: { value: { roleDefinition: { displayName: string } }[] } = await practice.graph.api(of(ravi.id)).get()
    assert.deepEqual(
      held.value.map((one) => one.roleDefinition.displayName),
      ['Global Administrator'],
    )
    assert.equal((await get(of(lucas.id))).value.length, 0)
    const deep = `/roleManagement/directory/transitiveRoleAssignments?$count=true&$filter=principalId eq '${lucas.id}'`
    await assert.rejects(get(deep, eventual), refusal(400, 'BadRequest'))
    const beta = practice.graph.api(deep).version('beta')
    await assert.rejects(beta.get(), refusal(400, 'Request_BadRequest'))
    const found = await practice.graph.api(deep).version('beta').headers(eventual).get()
    assert.equal(found.value[0].principalId, wellKnownGroups.tierZero)
  })

  it('shows owners of role-assignable groups, and roles that may be activated', async () => {
    const groups: { value: { id: string; owners: { id: string }[] }[] } = await practice.graph
      .api('/groups?$filter=isAssignableToRole eq true&$expand=owners($select=id)')
      .get()
    assert.deepEqual(
      groups.value.map((one) => [one.id, one.owners.map(({ id }) => id)]),
      [[wellKnownGroups.tierZero, [itHead.id]]],
    )
    const eligible = `/roleManagement/directory/roleEligibilitySchedules?$filter=principalId eq '${maya.id}'`
    assert.equal((await get(eligible)).value.length, 0)
    practice.tenant.control.assignRole(maya.id, 'User Administrator', 'eligible')
    assert.equal((await get(eligible)).value.length, 1)
    practice.tenant.control.removeRole(maya.id, 'User Administrator')
  })

  it('checks membership, twenty groups at a time, through nesting', async () => {
    const check = (groupIds: readonly string[]) =>
      practice.graph.api(`/users/${lucas.id}/checkMemberGroups`).post({ groupIds })
    const { tierZero, plantNetwork, salesDashboard } = wellKnownGroups
    assert.deepEqual((await check([tierZero, salesDashboard, plantNetwork])).value, [tierZero, plantNetwork])
    await assert.rejects(check(Array.from({ length: 21 }, () => tierZero)), refusal(400, 'Request_BadRequest'))
  })

  it('refuses what the application may not do, and tells little of what it may not see', async () => {
    const { control } = practice.tenant
    const without = async (permissions: readonly string[], act: () => Promise<unknown>) => {
      const held = permissions.filter((one) => control.permissions(clientId).includes(one))
      for (const one of held) control.setPermission(clientId, one, false)
      await act().finally(() => {
        for (const one of held) control.setPermission(clientId, one, true)
      })
    }
    const denial = refusal(403, 'Authorization_RequestDenied')
    const users = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All']
    await without(users, () => assert.rejects(get('/users'), denial))
    const groups = ['GroupMember.Read.All', 'GroupMember.ReadWrite.All', 'Directory.Read.All']
    await without(groups, async () => {
      await assert.rejects(get('/groups'), denial)
      await assert.rejects(
        practice.graph.api(`/users/${ada.id}/checkMemberGroups`).post({ groupIds: [ada.id] }),
        denial,
      )
      const [first] = (await get(`/users/${ada.id}/transitiveMemberOf`)).value
      assert.ok(first?.id)
      assert.equal(first.displayName, null)
    })
    const roles = ['RoleManagement.Read.Directory', 'Directory.Read.All']
    await without(roles, () => assert.rejects(get('/roleManagement/directory/roleAssignments'), denial))
    await without(['Mail.Send'], () => assert.rejects(practice.graph.api(`/users/${ada.id}/sendMail`).post({}), denial))
    const person = await practice.signIn('maya.okonkwo@nordwind.example', '')
    assert.equal(person.status, 400)
  })

  it('takes only tokens of its own', async () => {
    const codeOf = async (authorization: string) => {
      const reply = await practice.ask('/v1.0/users', { headers: { authorization } })
      return [reply.status, codeIn(reply)]
    }
    const refused = [401, 'InvalidAuthenticationToken']
    assert.deepEqual(await codeOf(''), refused)
    assert.deepEqual(await codeOf('Bearer abc'), refused)
    const bot = await practice.token('https://api.botframework.com/.default')
    assert.deepEqual(await codeOf(`Bearer ${bot}`), refused)
  })

  it('answers with its ids in headers and envelope', async () => {
    const mine = 'b1f2c3d4-0000-4000-8000-000000000001'
    const reply = await practice.ask('/v1.0/users/nobody', { headers: { 'client-request-id': mine } })
    assert.equal(reply.status, 404)
    assert.equal(reply.headers.get('client-request-id'), mine)
    const { innerError } = reply.body.error as { innerError: Record<string, string> }
    assert.equal(innerError['request-id'], reply.headers.get('request-id'))
    assert.equal(innerError['client-request-id'], mine)
    assert.match(innerError.date ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    assert.equal(codeIn(await practice.ask('/v1.0/unheardOf')), 'BadRequest')
    assert.equal((await practice.ask('/v1.0/users', { method: 'PUT' })).status, 405)
  })

  it('adds and removes members, and refuses the groups that Graph refuses', async () => {
    const add = (group: string, id: string) =>
      practice.graph
        .api(`/groups/${group}/members/$ref`)
        .post({ '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` })
    const remove = (group: string, id: string) => practice.graph.api(`/groups/${group}/members/${id}/$ref`).delete()
    const { salesDashboard, everybody, invoiceApprovers, warehouseBadges, tierZero } = wellKnownGroups
    await add(salesDashboard, ada.id)
    assert.ok(names(await get(`/groups/${salesDashboard}/members`)).includes(ada.name))
    await assert.rejects(add(salesDashboard, ada.id), refusal(400, 'Request_BadRequest'))
    await remove(salesDashboard, ada.id)
    await assert.rejects(remove(salesDashboard, ada.id), refusal(404, 'Request_ResourceNotFound'))
    for (const group of [everybody, invoiceApprovers, warehouseBadges]) {
      await assert.rejects(add(group, zoe.id), refusal(400, 'Request_BadRequest'))
    }
    await assert.rejects(add(tierZero, zoe.id), refusal(403, 'Authorization_RequestDenied'))
    const owners = await get(`/groups/${salesDashboard}/owners?$select=id`)
    assert.deepEqual(
      owners.value.map((one) => one.id),
      [maya.id],
    )
    assert.ok(names(await get(`/groups/${tierZero}/transitiveMembers`)).includes(lucas.name))
  })

  it('creates and deletes people, and deletes the person where a removal forgets its $ref', async () => {
    const make = (name: string) =>
      practice.graph.api('/users').post({
        accountEnabled: true,
        displayName: name,
        mailNickname: name,
        userPrincipalName: `${name}@nordwind.example`,
        passwordProfile: { password: 'Copper-Meadow-51', forceChangePasswordNextSignIn: false },
      })
    const made = await make('newcomer')
    assert.equal((await practice.signIn('newcomer@nordwind.example', 'Copper-Meadow-51')).status, 200)
    await assert.rejects(make('newcomer'), /userPrincipalName already exists/)
    const { salesDashboard } = wellKnownGroups
    practice.tenant.control.addMember(salesDashboard, made.id)
    await practice.graph.api(`/groups/${salesDashboard}/members/${made.id}`).delete()
    await assert.rejects(get(`/users/${made.id}`), refusal(404, 'Request_ResourceNotFound'))
    assert.equal((await practice.signIn('newcomer@nordwind.example', 'Copper-Meadow-51')).status, 400)
    await assert.rejects(practice.graph.api(`/users/${helen.id}`).delete(), refusal(403, 'Authorization_RequestDenied'))
  })

  it('keeps mails, shows pictures, installs the Teams app once', async () => {
    const mail = {
      message: {
        subject: 'Your password was reset',
        body: { contentType: 'Text', content: 'Was it you?' },
        toRecipients: [{ emailAddress: { address: 'tomas.dvorak@letterbox.example' } }],
      },
      saveToSentItems: false,
    }
    await practice.graph.api('/users/helpbot@nordwind.example/sendMail').post(mail)
    const [arrived] = practice.tenant.control.mailbox('Tomas.Dvorak@letterbox.example')
    assert.equal(arrived?.subject, 'Your password was reset')
    assert.equal(arrived.from, 'helpbot@nordwind.example')
    const everyone = practice.tenant.company.search('', 40)
    const photos = await Promise.all(everyone.map((one) => practice.ask(`/v1.0/users/${one.id}/photos/96x96/$value`)))
    assert.ok(photos.some((one) => one.headers.get('content-type') === 'image/png'))
    assert.ok(photos.some((one) => one.status === 404 && codeIn(one) === 'ImageNotFound'))
    const app = {
      'teamsApp@odata.bind': `${practice.tenant.url}/v1.0/appCatalogs/teamsApps/5e2f7a90-1c4b-4a8d-b3e6-7d9c0f1a2b34`,
    }
    const install = () => practice.graph.api(`/users/${ada.id}/teamwork/installedApps`).post(app)
    await install()
    await assert.rejects(install(), refusal(409, 'Conflict'))
    const [installed] = (await get(`/users/${ada.id}/teamwork/installedApps?$expand=teamsApp`)).value
    const chat = await practice.graph
      .api(`/users/${ada.id}/teamwork/installedApps/${encodeURIComponent(installed?.id ?? '')}/chat`)
      .get()
    assert.equal(chat.chatType, 'oneOnOne')
    assert.equal((await practice.graph.api(`/users/${hostile.id}`).get()).displayName, hostile.name)
  })

  it('answers for the tenant and the application itself', async () => {
    const [organization] = (await get('/organization')).value
    assert.equal(organization?.displayName, 'Nordwind Foods')
    assert.equal((await get('/subscribedSkus')).value.length, 1)
    practice.tenant.control.setPermission(clientId, 'Application.Read.All', true)
    const grants = await get(`/servicePrincipals(appId='${clientId}')/appRoleAssignments?$top=999`)
    assert.equal(grants.value.length, practice.tenant.control.permissions(clientId).length)
  })

  it('runs a batch of twenty, each with its own status, and none of twenty-one', async () => {
    const { control } = practice.tenant
    const item = (id: number, url: string) => ({ id: String(id), method: 'GET', url })
    const batch = (requests: readonly object[]): Promise<{ responses: { id: string; status: number; body: Item }[] }> =>
      practice.graph.api('/$batch').post({ requests })
    control.faults.set({ class: 'groups', kind: '429', retryAfterSeconds: 7 })
    const { responses } = await batch([
      item(1, `/users/${ada.id}?$select=displayName`),
      item(2, '/users/nobody'),
      item(3, '/groups?$top=1'),
      { ...item(4, '/users?$top=1'), dependsOn: ['2'] },
    ])
    assert.deepEqual(
      responses.map((one) => [one.id, one.status]),
      [
        ['1', 200],
        ['2', 404],
        ['3', 429],
        ['4', 424],
      ],
    )
    assert.equal(responses[0]?.body.displayName, ada.name)
    const many = Array.from({ length: 21 }, (_, at) => item(at, '/users?$top=1'))
    assert.equal((await batch(many.slice(1))).responses.length, 20)
    await assert.rejects(batch(many), refusal(400, 'BadRequest'))
  })
})
