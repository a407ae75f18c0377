import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { Client, NoSuchObjectError, StrongAuthRequiredError } from 'ldapts'
import { firstPassword } from '../../../../infra/practice/domain/objects.ts'
import { startTestDomain, type TestDomain } from '../../../support/samba.ts'

describe('a domain controller of our own', () => {
  let domain: TestDomain
  before(async () => {
    domain = await startTestDomain()
  })
  after(() => domain.close())

  it('signs people in with the password they have, and says why where it does not', async () => {
    const nora = await domain.addUser('Nora Lind')
    assert.equal(nora.dn, `CN=Nora Lind,${domain.units.people}`)
    assert.equal(nora.upn, 'nora.lind@corp.nordwind.example')
    assert.match(nora.sid, /^S-1-5-21-(\d+-){3}\d+$/)
    assert.equal(await domain.bind(nora.upn, firstPassword), 'ok')
    assert.equal(await domain.bind(nora.dn, firstPassword), 'ok')
    assert.equal(await domain.bind(nora.upn, 'Something-Else-1'), '52e')
    await domain.modify(nora.guid, { pwdLastSet: '0' })
    assert.equal(await domain.bind(nora.upn, firstPassword), '773')
    await domain.modify(nora.dn, { pwdLastSet: '-1', accountExpires: '116444736000000000' })
    assert.equal(await domain.bind(nora.upn, firstPassword), '701')
    await domain.modify(nora.dn, { accountExpires: '9223372036854775807', userAccountControl: '514' })
    assert.equal(await domain.bind(nora.upn, firstPassword), '533')
  })

  it('locks an account after five wrong passwords, for the right one too', async () => {
    const omar = await domain.addUser('Omar Reyes')
    await domain.lock(omar.upn)
    assert.equal(await domain.bind(omar.upn, firstPassword), '775')
    const {
      badPwdCount,
      lockoutTime,
      'msDS-User-Account-Control-Computed': computed,
    } = await domain.attributes(omar.dn)
    assert.equal(badPwdCount, '5')
    assert.notEqual(lockoutTime, '0')
    assert.equal(Number(computed) & 16, 16)
  })

  it('escapes names', async () => {
    const odd = await domain.addUser('Ödön, "the" #1 = <x>; a+b\\c')
    const read = await domain.attributes(odd.guid)
    assert.equal(read.cn, 'Ödön, "the" #1 = <x>; a+b\\c')
    assert.equal(read.objectGUID, odd.guid)
    assert.equal(read.objectSid, odd.sid)
    assert.equal(odd.samAccountName, 'odon.the.1.x.a.b.c')
  })

  it('shows groups, and everything somebody is in', async () => {
    const mia = await domain.addUser('Mia Falk')
    const inner = await domain.addGroup('Inner', { members: [mia.dn] })
    const outer = await domain.addGroup('Outer', { members: [inner.dn] })
    assert.equal((await domain.attributes(inner.dn)).member, mia.dn)
    const { tokenGroups } = await domain.attributes(mia.dn)
    assert.ok(Array.isArray(tokenGroups) && tokenGroups.includes(inner.sid) && tokenGroups.includes(outer.sid))
    await domain.remove(outer.guid)
    await assert.rejects(domain.attributes(outer.guid), NoSuchObjectError)
  })

  it('takes no password over a connection in clear', async () => {
    const client = new Client({ url: `ldap://${domain.address}`, timeout: 5_000, connectTimeout: 5_000 })
    await assert.rejects(client.bind(domain.service.dn, domain.service.password), StrongAuthRequiredError)
    await client.unbind()
  })

  it('keeps its data when it is killed and started again', async () => {
    const ida = await domain.addUser('Ida Berg')
    await domain.stop('SIGKILL')
    await assert.rejects(domain.attributes(ida.guid))
    await domain.start()
    assert.equal((await domain.attributes(ida.guid)).dn, ida.dn)
    await domain.stop()
    await domain.start()
    assert.equal(await domain.bind(ida.upn, firstPassword), 'ok')
  })

  it('stands beside others, on an address of its own, and leaves nothing behind', async () => {
    const other = await startTestDomain()
    assert.notEqual(other.address, domain.address)
    await other.addUser('Only There')
    await assert.rejects(domain.attributes(`CN=Only There,${domain.units.people}`), NoSuchObjectError)
    await other.close()
    assert.equal(existsSync(other.folder), false)
    const socket = connect(636, other.address)
    const [error] = await once(socket, 'error')
    assert.equal(error.code, 'ECONNREFUSED')
  })
})
