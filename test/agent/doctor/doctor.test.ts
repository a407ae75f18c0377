import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examine, type Patient } from '../../../agent/doctor/examine.ts'
import { type Finding, line } from '../../../agent/doctor/finding.ts'
import { runDoctor } from '../../../agent/doctor/main.ts'
import { classes, dsacls, rights } from '../../../agent/doctor/rights.ts'
import { identityFile } from '../../../agent/keys.ts'
import { sidBytes } from '../../../agent/ldap/encodings.ts'
import { accessBits } from '../../../agent/ldap/security-descriptor.ts'
import { makeSigningKey } from '../../../agent/link/signing.ts'
import { policedOperations } from '../../../agent/policy/policy.ts'
import { endInheritance } from '../../../infra/practice/domain/protect.ts'
import { makeCertificates } from '../../../infra/practice/tls.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { changeEntries, withEntry, without } from './entries.ts'
import { type GreetingBot, greetingBot } from './greeting-bot.ts'

const bits = {
  write: accessBits.readProperty | accessBits.writeProperty,
  control: accessBits.controlAccess,
  create: accessBits.createChild,
  delete: accessBits.delete,
} as const
const account = 'helpbot-agent@corp.nordwind.example'

describe('what the doctor says of an agent', () => {
  let domain: TestDomain
  let bot: GreetingBot
  let dataFolder: string
  let folder: string
  let service: string

  before(async () => {
    domain = await startTestDomain()
    bot = await greetingBot()
    await Promise.all([
      domain.addUser('Nora Lind'),
      domain.addUser('Lars Leaver', { unit: domain.units.leavers }),
      domain.addUser('Fay Forbidden', { unit: domain.units.forbidden }),
      domain.addGroup('Lab'),
    ])
    service = String((await domain.attributes(domain.service.dn)).objectSid)
    folder = await mkdtemp(join(tmpdir(), 'helpbot-doctor-'))
    dataFolder = join(folder, 'data')
    await identityFile(dataFolder).write({
      agentId: '6f1c2b62-25f0-4b3b-8f0c-0a1f1e2d3c4b',
      name: 'Cellar',
      botKey: bot.key.publicKey,
      key: makeSigningKey(),
      nextKey: undefined,
    })
    await writeFile(join(folder, 'bind-password'), `${domain.service.password}\n`, { mode: 0o600 })
  })
  after(async () => {
    await Promise.all([domain.close(), bot.close()])
    await rm(folder, { recursive: true, force: true })
  })

  function patient(changed: Partial<Patient> = {}): Patient {
    const { people, groups, leavers } = domain.units
    return {
      bot: { url: bot.url, ca: undefined, proxy: undefined, noProxy: undefined },
      dataFolder,
      controllers: [{ url: domain.url, ca: domain.ca, servername: domain.host }],
      bind: { name: domain.service.upn, passwordFile: join(folder, 'bind-password') },
      policy: {
        read: [domain.domainDn],
        write: [people, groups, leavers],
        operations: [...policedOperations],
        neverTouch: [],
      },
      ...changed,
    }
  }

  async function examined(changed: Partial<Patient> = {}, clock = () => new Date()): Promise<readonly Finding[]> {
    const ground = { clock, monotonic: () => performance.now(), randomBytes, platform: 'linux' } as const
    const findings = await examine(patient(changed), ground)
    assert.ok(!JSON.stringify(findings).includes(domain.service.password), 'no password is shown')
    return findings
  }

  const notOk = (findings: readonly Finding[]) => findings.filter(({ status }) => status !== 'ok').map(line)

  it('finds all well with exactly the grants of the installer', async () => {
    const findings = await examined()
    assert.deepEqual(notOk(findings), [])
    const said = findings.map(line).join('\n')
    for (const operation of policedOperations) assert.ok(said.includes(operation), `${operation} is spoken of`)
    assert.match(said, /^ok {7}bot: .* shows the key that is pinned$/m)
    assert.equal(bot.heard(), 0, 'nothing was said to the bot')
  })

  it('says which group of neverTouch is not there: nothing is changed until it is', async () => {
    const lab = await domain.addGroup('Vault')
    const { policy } = patient()
    const lost = `CN=Vaults,${domain.units.groups}`
    const sid = lab.sid.replace(/\d+$/, '4000000')
    const findings = await examined({ policy: { ...policy, neverTouch: [lab.dn, lab.sid, lost, sid] } })
    const said = findings.filter(({ what }) => what.startsWith('policy.neverTouch'))
    assert.deepEqual(
      said.map(({ status, what }) => [status, what.replace('policy.neverTouch ', '')]),
      [
        ['ok', lab.dn],
        ['ok', lab.sid],
        ['missing', lost],
        ['missing', sid],
      ],
    )
    assert.match(said.map(line).join(), /every change is refused[\s\S]*correct policy\.neverTouch in agent\.yaml/)
  })

  /** Changes entries of an object for as long as something is tried. */
  async function during<T>(
    dn: string,
    change: (entries: readonly Buffer[]) => readonly Buffer[],
    work: () => Promise<T>,
  ): Promise<T> {
    let before: readonly Buffer[] = []
    await domain.asAdministrator((client) =>
      changeEntries(client, dn, (entries) => {
        before = entries
        return change(entries)
      }),
    )
    try {
      return await work()
    } finally {
      await domain.asAdministrator((client) => changeEntries(client, dn, () => before))
    }
  }

  for (const right of rights)
    it(`names the one right that is taken away: ${right.kind} ${right.name}`, async () => {
      const base = right.on === 'users' ? domain.units.people : domain.units.groups
      const [only = '', ...more] = await during(base, without(service, right.guid, bits[right.kind]), async () =>
        notOk(await examined()),
      )
      assert.deepEqual(more, [])
      assert.match(only, /^missing /)
      assert.ok(only.includes(`the service account may not ${right.whatFor}`), only)
      assert.ok(only.includes(dsacls(right, base, account)), only)
      for (const operation of right.operations) assert.ok(only.includes(operation), only)
    })

  it('asks for no right that no allowed operation needs, and says where there is one', async () => {
    const { people, groups, leavers } = domain.units
    const law = { read: [domain.domainDn], write: [people, groups, leavers], operations: ['unlock'] } as const
    const findings = notOk(
      await examined({
        policy: { ...law, write: [...law.write], read: [...law.read], operations: ['unlock'], neverTouch: [] },
      }),
    )
    assert.equal(findings.length, 3)
    for (const found of findings) assert.match(found, /^warning .* may do more than policy.operations allows: /)
    assert.ok(findings.some((found) => found.includes(people) && found.includes('set a new password')))
  })

  it('lets a unit be one that people are only moved to', async () => {
    const { leavers } = domain.units
    const onlyCreating = (entries: readonly Buffer[]) =>
      rights
        .filter(({ on, kind }) => on === 'users' && kind !== 'create')
        .reduce((rest, { guid, kind }) => without(service, guid, bits[kind])(rest), entries)
    const findings = await during(leavers, onlyCreating, () => examined())
    assert.deepEqual(notOk(findings), [])
    const nothing = (entries: readonly Buffer[]) => without(service, classes.user, 0x1)(onlyCreating(entries))
    const [only = '', ...more] = notOk(await during(leavers, nothing, () => examined()))
    assert.deepEqual(more, [])
    assert.match(only, /^warning {2}users in OU=Leavers.*take it out of policy.write, or give the rights/)
  })

  it('judges a unit without people by what new ones would inherit', async () => {
    const { people, groups } = domain.units
    const empty = `OU=Empty,${people}`
    await domain.asAdministrator((client) => client.add(empty, { objectClass: 'organizationalUnit' }))
    const policy = { ...patient().policy, write: [empty, groups] }
    try {
      const well = (await examined({ policy })).map(line).join('\n')
      assert.match(well, /^ok {7}users in OU=Empty,.*there are no users yet/m)
      const pwdLastSet = 'bf967a0a-0de6-11d0-a285-00aa003049e2'
      const found = notOk(await during(people, without(service, pwdLastSet, 0x30), () => examined({ policy })))
      assert.equal(found.filter((one) => one.startsWith('missing')).length, 1)
      assert.match(found.join('\n'), /missing {2}reset-password in OU=Empty/)
    } finally {
      await domain.remove(empty)
    }
  })

  it('sees a unit that inherits nothing', async () => {
    const board = `OU=Board,${domain.units.people}`
    await domain.asAdministrator(async (client) => {
      await client.add(board, { objectClass: 'organizationalUnit' })
      await endInheritance(client, board)
    })
    try {
      const [only = '', ...more] = notOk(await examined())
      assert.deepEqual(more, [])
      assert.match(only, /^warning {2}users in OU=Board,.*inheritance is switched off/)
    } finally {
      await domain.remove(board)
    }
  })

  it('names what hides who has power over the domain', async () => {
    // Everybody who has signed in may read the access control list of the head, until somebody takes that away.
    const readControl = 0x0002_0000
    const hidden = (entries: readonly Buffer[]) =>
      entries.map((entry) => {
        const less = Buffer.from(entry)
        const isBroad = ['S-1-5-11', 'S-1-5-32-554', 'S-1-1-0'].some((sid) => entry.subarray(8).equals(sidBytes(sid)))
        if (isBroad) less.writeUInt32LE((entry.readUInt32LE(4) & ~readControl) >>> 0, 4)
        return less
      })
    const found = notOk(await during(domain.domainDn, hidden, () => examined())).join('\n')
    assert.match(found, /^missing {2}rights on the head of the domain: .*every change is refused/m)
    assert.match(found, /fix: dsacls "DC=corp,.*" \/G ".*:RC"/)
  })

  describe('warns of too much:', () => {
    const everything = 0x000f_01ff
    async function warned(dn: string, allowing: Omit<Parameters<typeof withEntry>[0], 'sid'>): Promise<string> {
      const findings = await during(dn, withEntry({ sid: service, ...allowing }), () => examined())
      const found = findings.filter(({ status }) => status !== 'ok')
      assert.ok(found.length > 0, 'something is said')
      for (const { status } of found) assert.equal(status, 'warning', 'it keeps nothing from working')
      return found.map(line).join('\n')
    }

    it('full control of a unit of its own', async () => {
      const said = await warned(domain.units.people, { mask: everything, inherits: true })
      assert.match(said, /power over OU=People.*WriteDacl/)
      assert.match(said, /users in OU=People.*write \d+ other attributes/)
    })

    it('resets outside the units that it may write', async () => {
      const said = await warned(domain.units.forbidden, {
        mask: accessBits.controlAccess,
        objectType: '00299570-246d-11d0-a768-00aa006e0529',
        inheritedBy: classes.user,
        inherits: true,
      })
      assert.match(said, /outside policy.write: OU=Forbidden.*set passwords/)
    })

    it('members of Domain Admins', async () => {
      const said = await warned(`CN=Domain Admins,CN=Users,${domain.domainDn}`, {
        mask: accessBits.writeProperty,
        objectType: 'bf9679c0-0de6-11d0-a285-00aa003049e2',
      })
      assert.match(said, /CN=Domain Admins.*it may write member/)
    })

    it('AdminSDHolder', async () => {
      const said = await warned(`CN=AdminSDHolder,CN=System,${domain.domainDn}`, { mask: accessBits.writeDacl })
      assert.match(said, /CN=AdminSDHolder.*WriteDacl/)
    })

    it('replication of secrets', async () => {
      const said = await warned(domain.domainDn, {
        mask: accessBits.controlAccess,
        objectType: '1131f6ad-9c07-11d1-f79f-00c04fc2dcd2',
      })
      assert.match(said, /read the password hashes of everybody/)
    })

    it('its own account in a unit that it may write', async () => {
      const inside = `CN=helpbot-agent,${domain.units.people}`
      await domain.asAdministrator((client) => client.modifyDN(domain.service.dn, inside))
      try {
        const said = (await examined()).map(line).join('\n')
        assert.match(said, /^warning {2}place of the service account: it lies in OU=People/m)
      } finally {
        await domain.asAdministrator((client) => client.modifyDN(inside, domain.service.dn))
      }
    })

    it('a powerful group, nested', async () => {
      const operators = `CN=Account Operators,CN=Builtin,${domain.domainDn}`
      const nested = await domain.addGroup('Helpers', { members: [domain.service.dn] })
      const before = (await domain.attributes(operators)).member ?? null
      await domain.modify(operators, { member: nested.dn })
      try {
        const said = (await examined()).map(line).join('\n')
        assert.match(said, /^warning {2}groups of the service account: .*Account Operators/m)
      } finally {
        await domain.modify(operators, { member: before })
        await domain.remove(nested.guid)
      }
    })
  })

  describe('says in a sentence:', () => {
    const controller = (changed: object) => [{ url: domain.url, ca: domain.ca, servername: domain.host, ...changed }]
    async function missing(changed: Partial<Patient>): Promise<string> {
      const found = (await examined(changed)).filter(({ status }) => status === 'missing')
      assert.equal(found.length, 1, found.map(line).join('\n'))
      return found.map(line).join('\n')
    }

    it('the password is wrong', async () => {
      const passwordFile = join(folder, 'wrong-password')
      await writeFile(passwordFile, 'Wrong-Autumn-4711', { mode: 0o600 })
      const said = await missing({ bind: { name: domain.service.upn, passwordFile } })
      assert.match(said, /missing {2}bind: the service account .* its name or its password is wrong/)
      assert.equal((await domain.attributes(domain.service.dn)).badPwdCount, '1', 'it was tried once')
      await domain.bind(domain.service.upn, domain.service.password)
    })

    it('the controller’s certificate is of an authority that is not trusted, or for another name', async () => {
      const { ca } = await makeCertificates({ hosts: ['elsewhere.example'] })
      assert.match(
        await missing({ controllers: controller({ ca }) }),
        /not of an authority that is trusted here.*\n.*directory\.ca/,
      )
      const other = await missing({ controllers: controller({ servername: 'dc7.corp.nordwind.example' }) })
      assert.match(other, /its certificate is for another name.*\n.*directory\.servername/)
    })

    it('no controller is there; and one of two', async () => {
      const away = { url: 'ldaps://127.0.0.1:1', ca: domain.ca, servername: domain.host }
      assert.match(await missing({ controllers: [away] }), /controller ldaps:.*cannot be reached: nobody listens there/)
      const found = notOk(await examined({ controllers: [away, ...controller({})] }))
      assert.equal(found.length, 1)
      assert.match(found[0] ?? '', /^warning {2}controller ldaps:\/\/127\.0\.0\.1:1/)
    })

    it('a base is not there', async () => {
      const policy = { ...patient().policy, write: [`OU=Gone,${domain.domainDn}`] }
      assert.match(await missing({ policy }), /policy\.write OU=Gone.*is not there/)
    })

    it('the clocks are apart, and a certificate is about to end', async () => {
      const later = () => new Date(Date.now() + 25 * 24 * 60 * 60_000)
      const said = notOk(await examined({}, later)).join('\n')
      assert.match(said, /warning {2}clock: 2160\d\d\d s from that of dc1/)
      assert.match(said, /its certificate ends on/)
    })

    it('the bot is another one, or none, or not there', async () => {
      const impostor = await greetingBot()
      const at = (url: string) => ({ bot: { ...patient().bot, url } })
      try {
        assert.match(await missing(at(impostor.url)), /missing {2}bot: .*does not hold the pinned key/)
        assert.equal(impostor.heard(), 0, 'an impostor hears nothing')
        impostor.says('{"type":"hello"}')
        assert.match(await missing(at(impostor.url)), /missing {2}bot: .*did not greet/)
      } finally {
        await impostor.close()
      }
      assert.match(await missing(at(impostor.url)), /missing {2}bot: .*nobody listens there/)
    })

    it('it is not enrolled', async () => {
      const said = (await examined({ dataFolder: join(folder, 'nowhere') })).map(line).join('\n')
      assert.match(said, /^missing {2}enrolment: this agent belongs to no bot yet/m)
      assert.match(said, /^ok {7}bot: .* answers; its key is compared once this agent is enrolled/m)
    })

    it('others may read its files', async () => {
      const passwordFile = join(folder, 'open-password')
      await writeFile(passwordFile, domain.service.password, { mode: 0o644 })
      await chmod(passwordFile, 0o644)
      assert.match(
        await missing({ bind: { name: domain.service.upn, passwordFile } }),
        /missing {2}bind password: others on this machine may read/,
      )
    })
  })

  it('prints a line a finding, and says whether the agent can work', async () => {
    const { policy, controllers, bind } = patient()
    const settings = {
      bot: { url: bot.url, ca: undefined, proxy: undefined },
      dataFolder,
      directory: { urls: controllers.map(({ url }) => url), ca: domain.ca, servername: domain.host, bind },
      policy: { ...policy, neverTouch: [], upnSuffixes: [], perHour: { all: 10 } },
      logLevel: 'info' as const,
    }
    const lines: string[] = []
    assert.equal(await runDoctor(settings, {}, (text) => lines.push(text)), true)
    assert.match(lines.at(-1) ?? '', /^0 missing, 0 warnings, \d+ ok$/)
    const gone = { ...settings, policy: { ...settings.policy, write: [`OU=Gone,${domain.domainDn}`] } }
    assert.equal(await runDoctor(gone, {}, () => undefined), false)
  })
})
