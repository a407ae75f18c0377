import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examine, type Patient } from '../../../agent/doctor/examine.ts'
import { type Finding, line } from '../../../agent/doctor/finding.ts'
import { dsacls, rights } from '../../../agent/doctor/rights.ts'
import { accessBits } from '../../../agent/doctor/security-descriptor.ts'
import { identityFile } from '../../../agent/keys.ts'
import { makeSigningKey } from '../../../agent/link/signing.ts'
import { policedOperations } from '../../../agent/policy/policy.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { changeEntries, withEntry, without } from './entries.ts'
import { type GreetingBot, greetingBot } from './greeting-bot.ts'

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
      policy: { read: [domain.domainDn], write: [people, groups, leavers], operations: [...policedOperations] },
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
    assert.match(said, /^ok {6}bot: .* shows the key that is pinned$/m)
    assert.equal(bot.heard(), 0, 'nothing was said to the bot')
  })

  for (const right of rights) {
    it(`names the one right that is taken away: ${right.kind} ${right.name}`, async () => {
      const base = right.on === 'users' ? domain.units.people : domain.units.groups
      const mask = {
        write: accessBits.readProperty | accessBits.writeProperty,
        control: accessBits.controlAccess,
        create: accessBits.createChild,
        delete: accessBits.deleteChild,
      }[right.kind]
      let before: readonly Buffer[] = []
      await domain.asAdministrator((client) =>
        changeEntries(client, base, (entries) => {
          before = entries
          return without(service, right.guid, mask)(entries)
        }),
      )
      try {
        const found = notOk(await examined())
        const [only, ...more] = found
        assert.deepEqual(more, [])
        assert.ok(only?.includes(`the service account may not ${right.whatFor}`), only)
        assert.ok(only?.includes(dsacls(right, base, account)), only)
        for (const operation of right.operations) assert.ok(only?.includes(operation), only)
      } finally {
        await domain.asAdministrator((client) => changeEntries(client, base, () => before))
      }
    })
  }
})
