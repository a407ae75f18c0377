import assert from 'node:assert/strict'
import { initialPassword, wellKnown } from '../../../infra/practice/company/seed.ts'
import { openPractice, type Practice, type Reply, refusal } from './tenant-fixtures.ts'

const { ada, ines, kwame, lucas, ravi, tomas, zoe, gil, sam } = wellKnown
const aadsts = (reply: Reply) => (Array.isArray(reply.body.error_codes) ? reply.body.error_codes[0] : undefined)

describe('passwords at the practice tenant', () => {
  let practice: Practice
  let now = new Date('2026-11-21T10:00:00.400Z')
  before(async () => {
    practice = await openPractice({ clock: () => now })
  })
  after(() => practice.close())

  const login = (id: string) => practice.tenant.company.person(id)?.userPrincipalName ?? ''
  const initial = (id: string) => initialPassword(practice.tenant.company, id)
  const signIn = (id: string, password: string) => practice.signIn(login(id), password)
  const reset = (id: string, password: string, forceChangePasswordNextSignIn = true): Promise<unknown> =>
    practice.graph.api(`/users/${id}`).patch({ passwordProfile: { password, forceChangePasswordNextSignIn } })

  it('the first one signs in, another does not', async () => {
    assert.equal((await signIn(ada.id, initial(ada.id))).status, 200)
    const wrong = await signIn(ada.id, 'Not-the-1-password')
    assert.equal(wrong.status, 400)
    assert.equal(wrong.body.error, 'invalid_grant')
    assert.equal(aadsts(wrong), 50126)
  })

  it('after a reset the new one is right but must be changed, and the old one is wrong', async () => {
    await reset(ada.id, 'Quiet-Harbor-47')
    assert.equal(aadsts(await signIn(ada.id, 'Quiet-Harbor-47')), 50055)
    assert.equal(aadsts(await signIn(ada.id, initial(ada.id))), 50126)
    const state = practice.tenant.control.user(ada.id)
    assert.ok(state.mustChangePassword)
    assert.equal(state.passwordChangedAt, now.toISOString())
    const { lastPasswordChangeDateTime } = await practice.graph
      .api(`/users/${ada.id}`)
      .select('lastPasswordChangeDateTime')
      .get()
    assert.equal(lastPasswordChangeDateTime, '2026-11-21T10:00:00Z')
  })

  it('without the order to change it the new one signs in', async () => {
    await reset(tomas.id, 'Amber-Lantern-62', false)
    assert.equal((await signIn(tomas.id, 'Amber-Lantern-62')).status, 200)
    assert.equal(aadsts(await signIn(tomas.id, initial(tomas.id))), 50126)
  })

  it('weak, banned and personal ones are refused, and the old one stays', async () => {
    const weak = [
      'Short1!',
      'alllowercaseletters',
      'Nordwind1!',
      'P@ssw0rd1',
      'Xx-zoe.van.der.berg-9',
      `${'aB3-'.repeat(65)}`,
    ]
    for (const password of weak) {
      await assert.rejects(reset(zoe.id, password), (error: Error) => {
        assert.match(error.message, /does not comply with password complexity requirements/)
        assert.ok(!error.message.includes(password))
        return refusal(400, 'Request_BadRequest')(error)
      })
    }
    assert.equal((await signIn(zoe.id, initial(zoe.id))).status, 200)
  })

  it('of synced people and administrators, nested ones too, are not set', async () => {
    await assert.rejects(reset(kwame.id, 'Amber-Lantern-62'), refusal(400, 'Request_BadRequest'))
    await assert.rejects(reset(ravi.id, 'Amber-Lantern-62'), refusal(403, 'Authorization_RequestDenied'))
    await assert.rejects(reset(lucas.id, 'Amber-Lantern-62'), refusal(403, 'Authorization_RequestDenied'))
    for (const { id } of [kwame, ravi, lucas]) assert.equal((await signIn(id, initial(id))).status, 200)
  })

  it('do not help the disabled, guests and strangers', async () => {
    assert.equal(aadsts(await signIn(ines.id, initial(ines.id))), 50057)
    assert.equal(aadsts(await signIn(gil.id, initial(gil.id))), 50034)
    assert.equal(aadsts(await practice.signIn('nobody@nordwind.example', 'x')), 50034)
  })

  it('wrong ten times lock the account for a minute, and a reset opens it', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      assert.equal(aadsts(await signIn(sam.id, `Wrong-${attempt}-guess`)), 50126)
    }
    assert.equal(aadsts(await signIn(sam.id, initial(sam.id))), 50053)
    assert.ok(practice.tenant.control.user(sam.id).locked)
    now = new Date(now.getTime() + 61_000)
    assert.equal(aadsts(await signIn(sam.id, 'Wrong-again-11')), 50126)
    assert.equal(aadsts(await signIn(sam.id, initial(sam.id))), 50053)
    await reset(sam.id, 'Amber-Lantern-62', false)
    assert.equal((await signIn(sam.id, 'Amber-Lantern-62')).status, 200)
  })

  it('sessions end when they are revoked, and when sign-in is blocked', async () => {
    const { control } = practice.tenant
    const start = async () => {
      const reply = await practice.signIn(login(zoe.id), initial(zoe.id), 'openid offline_access')
      return String(reply.body.refresh_token)
    }
    const resume = async (refresh_token: string) =>
      practice.form({ grant_type: 'refresh_token', client_id: '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43', refresh_token })
    const first = await start()
    assert.equal((await resume(first)).status, 200)
    now = new Date(now.getTime() + 5000)
    await practice.graph.api(`/users/${zoe.id}/revokeSignInSessions`).post({})
    assert.equal(aadsts(await resume(first)), 50173)
    assert.equal(control.user(zoe.id).sessionsRevokedAt, now.toISOString())
    const second = await start()
    await practice.graph.api(`/users/${zoe.id}`).patch({ accountEnabled: false })
    assert.equal(aadsts(await resume(second)), 50057)
    assert.equal(control.user(zoe.id).accountEnabled, false)
  })

  it('and a password and sign-in in one change need both permissions: without one nothing happens', async () => {
    const { control } = practice.tenant
    const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'
    const change = { accountEnabled: false, passwordProfile: { password: 'Velvet-Anchor-83' } }
    for (const permission of ['User.EnableDisableAccount.All', 'User-PasswordProfile.ReadWrite.All']) {
      control.setPermission(clientId, permission, false)
      await assert.rejects(
        practice.graph.api(`/users/${tomas.id}`).patch(change),
        refusal(403, 'Authorization_RequestDenied'),
      )
      control.setPermission(clientId, permission, true)
    }
    assert.equal((await signIn(tomas.id, 'Amber-Lantern-62')).status, 200)
    await practice.graph.api(`/users/${tomas.id}`).patch(change)
    assert.equal(aadsts(await signIn(tomas.id, 'Velvet-Anchor-83')), 50057)
  })
})
