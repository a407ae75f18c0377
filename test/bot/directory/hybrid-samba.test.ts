import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentError } from '../../../agent/agent-error.ts'
import type { Ordered } from '../../../agent/commands/command.ts'
import { commandHandlers } from '../../../agent/commands/handlers.ts'
import { openDomain } from '../../../agent/ldap/connect.ts'
import { agentPolicy } from '../../../agent/policy/load.ts'
import { type CommandInput, type CommandName, type CommandOutput, commands } from '../../../agent/protocol/commands.ts'
import type { AgentLink, Answered } from '../../../bot/agent-link/agent-link.ts'
import { failureOfAgent } from '../../../bot/agent-link/failures.ts'
import { hybridDirectory } from '../../../bot/directory/hybrid.ts'
import { settingsFor } from '../../agent/commands/writing-ground.ts'
import { startTestDomain, type TestDomain } from '../../support/samba.ts'
import { badges, kwame } from './hybrid-ground.ts'
import { immutableIdOf } from './scripted-link.ts'
import { failure, openTenantDirectory, type TenantDirectory } from './tenant-directory.ts'

type Handlers = {
  readonly [Name in CommandName]: (input: CommandInput<Name>, ordered: Ordered) => Promise<CommandOutput<Name>>
}

/** The agent's commands on a real domain controller, without the wire between. */
function wireless(domain: TestDomain, dataFolder: string) {
  const clock = () => new Date()
  const { url, ca, host, service } = domain
  const bind = { name: service.dn, password: async () => service.password }
  const open = openDomain({ urls: [url], ca, servername: host, bind }, clock, Math.random)
  const policy = agentPolicy(settingsFor(domain), { dataFolder, clock, facts: open.facts })
  const handlers: Handlers = commandHandlers({ domain: open, policy, clock, randomBytes })
  const link: Pick<AgentLink, 'ask' | 'domains'> = {
    domains: async () => [domain.realm],
    async ask<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<Answered<Name>> {
      commands[name].input.parse(input)
      const commandId = randomUUID()
      const ordered = { commandId, expires: new Date(Date.now() + 60_000) }
      try {
        const value = await handlers[name](input, ordered)
        commands[name].output.parse(value)
        return { value, agent: 'here', repeated: false, commandId }
      } catch (error) {
        if (!(error instanceof AgentError)) throw error
        const { code, detail, maybeDone } = error
        throw failureOfAgent({ name, writes: commands[name].writes, commandId }, 'here', { code, detail, maybeDone })
      }
    },
  }
  return { link, close: () => open.close() }
}

describe('Both directories as one, with a real domain controller', () => {
  let domain: TestDomain
  let held: TenantDirectory
  let agent: ReturnType<typeof wireless>
  let folder: string
  let made: Awaited<ReturnType<TestDomain['addUser']>>
  let count = 0
  before(async () => {
    domain = await startTestDomain()
    held = await openTenantDirectory({ people: 60 })
    folder = mkdtempSync(join(tmpdir(), 'helpbot-agent-'))
    agent = wireless(domain, folder)
  })
  after(async () => {
    await agent.close()
    await held.close()
    await domain.close()
    rmSync(folder, { recursive: true })
  })
  /** Kwame's account, made anew. */
  async function account(unit: string = domain.units.people): Promise<void> {
    count += 1
    made = await domain.addUser(`Kwame Mensah ${count}`, { unit })
    held.tenant.control.editUser(kwame, {
      onPremisesImmutableId: immutableIdOf(made.guid),
      onPremisesSamAccountName: made.samAccountName,
      onPremisesUserPrincipalName: made.upn,
      onPremisesDomainName: domain.realm,
    })
  }
  beforeEach(() => account())

  const directory = () =>
    hybridDirectory({ entra: held.directory, link: agent.link, type: 'hybrid', clock: () => new Date() })
  const authority = () => directory().authority(kwame)
  async function reset(): Promise<string> {
    let shown = ''
    const { onPremises } = await directory().setPassword(kwame, {
      make: () => assert.fail('the agent makes it'),
      put(password) {
        shown = password
      },
    })
    assert.equal(onPremises?.controller, domain.host)
    return shown
  }

  it('a password that is reset opens the door, to be changed at once, and the old one does not', async () => {
    const { guid, dn } = made
    assert.deepEqual(await authority(), { at: 'active-directory', domain: domain.realm, guid, dn })
    const before = await directory().passwordState(kwame)
    assert.equal(before.mustChange, false)
    const shown = await reset()
    assert.equal(await domain.bind(made.upn, shown), '773')
    assert.equal(await domain.bind(made.upn, 'First-Autumn-4711'), '52e')
    assert.deepEqual(await directory().passwordState(kwame), { changedAt: undefined, mustChange: true })
  })

  it('a locked account is seen locked, and unlocked', async () => {
    await domain.lock(made.upn)
    const door = await directory().accountDoor(kwame)
    assert.ok(door.at === 'active-directory' && door.locked && door.lockedAt)
    const { changed, after } = await directory().unlockAccount(kwame)
    assert.ok(changed && after?.at === 'active-directory' && !after.locked)
    assert.equal(await domain.bind(made.upn, 'First-Autumn-4711'), 'ok')
    assert.equal((await directory().unlockAccount(kwame)).changed, false)
  })

  it('an account is found by mS-DS-ConsistencyGuid, and not at all while another has it too', async () => {
    const anchor = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
    held.tenant.control.editUser(kwame, { onPremisesImmutableId: anchor.toString('base64') })
    await domain.modify(made.guid, { 'mS-DS-ConsistencyGuid': anchor })
    assert.equal((await authority()).at, 'active-directory')
    const twin = await domain.addUser(`Twin ${count}`)
    await domain.modify(twin.guid, { 'mS-DS-ConsistencyGuid': anchor })
    const found = await authority()
    assert.ok(found.at === 'nowhere' && found.code === 'ambiguous', JSON.stringify(found))
    await domain.modify(twin.guid, { 'mS-DS-ConsistencyGuid': null })
    assert.equal((await authority()).at, 'active-directory')
  })

  it('a deleted account is missing, and nobody can say that it was not privileged', async () => {
    await domain.remove(made.guid)
    const found = await authority()
    assert.ok(found.at === 'nowhere' && found.code === 'missing', JSON.stringify(found))
    assert.equal((await failure(directory().privilege(kwame))).code, 'protected')
  })

  it('an account where the agent may not write is left alone', async () => {
    await account(domain.units.forbidden)
    const found = await authority()
    assert.ok(found.at === 'nowhere' && found.code === 'not-allowed', JSON.stringify(found))
    assert.match((await failure(reset())).detail, /^not-allowed/)
  })

  it('an administrator, nested ones too, is seen as such, and the agent refuses besides', async () => {
    assert.equal((await directory().privilege(kwame)).privileged, false)
    const inner = await domain.addGroup(`Operators ${count}`, { members: [made.dn] })
    const admins = `CN=Domain Admins,CN=Users,${domain.domainDn}`
    const { member = [] } = await domain.attributes(admins)
    await domain.modify(admins, { member: [...[member].flat(), inner.dn] })
    const seen = await directory().privilege(kwame)
    assert.ok(seen.privileged)
    assert.match(seen.because.join(), /^Active Directory: /)
    assert.equal((await failure(reset())).code, 'protected')
    assert.equal(await domain.bind(made.upn, 'First-Autumn-4711'), 'ok')
  })

  it('a membership of a synced group is written there; the primary group stays', async () => {
    const group = await domain.addGroup(`Warehouse ${count}`)
    held.tenant.control.editGroup(badges, {
      onPremisesSecurityIdentifier: group.sid,
      onPremisesSamAccountName: null,
      onPremisesDomainName: domain.realm,
    })
    assert.equal((await directory().groupPrivilege(badges)).privileged, false)
    assert.equal((await directory().addMember(badges, kwame)).changed, true)
    assert.equal(await directory().isMember(badges, kwame), true)
    assert.equal((await domain.attributes(group.guid)).member, made.dn)
    assert.equal((await directory().removeMember(badges, kwame)).changed, true)
    await directory().addMember(badges, kwame)
    await domain.modify(made.guid, { primaryGroupID: group.sid.split('-').at(-1) ?? '' })
    assert.equal(await directory().isMember(badges, kwame), true)
    assert.match((await failure(directory().removeMember(badges, kwame))).sentence, /primary group/)
  })

  it('a blocked account is blocked there', async () => {
    await directory().setAccountEnabled(kwame, false)
    assert.equal(await domain.bind(made.upn, 'First-Autumn-4711'), '533')
    const door = await directory().accountDoor(kwame)
    assert.ok(door.at === 'active-directory' && !door.enabled)
  })
})
