import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { agentPolicy, agentPolicySchema } from '../../../agent/policy/load.ts'

const corp = 'DC=corp,DC=example'
const usual = {
  read: [corp],
  write: [`OU=People,${corp}`, `OU=Groups,${corp}`],
  operations: ['reset-password', 'unlock'],
  neverTouch: ['S-1-5-21-1-2-3-1105', `CN=Board,OU=Groups,${corp}`],
  perHour: { 'reset-password': 60, all: 500 },
}

/** Every fault as `place: words`. */
function faults(policy: unknown): readonly string[] {
  const parsed = agentPolicySchema.safeParse(policy)
  assert.equal(parsed.success, false)
  return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('the agent’s own policy file', () => {
  it('is read as it stands, and names are spelled alike', () => {
    const policy = agentPolicySchema.parse({ ...usual, write: [`ou=People, ${corp.toLowerCase()}`] })
    assert.deepEqual(policy.write, ['ou=People,dc=corp,dc=example'])
    assert.deepEqual(policy.perHour, { 'reset-password': 60, all: 500 })
  })

  it('names suffixes of sign-in names in any case, and nothing that is none', () => {
    assert.deepEqual(agentPolicySchema.parse(usual).upnSuffixes, [])
    assert.deepEqual(agentPolicySchema.parse({ ...usual, upnSuffixes: ['Nordwind.Example'] }).upnSuffixes, [
      'nordwind.example',
    ])
    for (const wrong of ['@nordwind.example', 'a@b.example', '*', '', 'nordwind.example.', 7]) {
      const [found = ''] = faults({ ...usual, upnSuffixes: [wrong] })
      assert.match(found, /^upnSuffixes\.0: must be the part of a sign-in name behind the @/)
    }
  })

  it('forbids what it leaves out', () => {
    const settings = agentPolicySchema.parse({})
    const policy = agentPolicy(settings, {
      dataFolder: tmpdir(),
      clock: () => new Date(),
      facts: () => assert.fail('nothing is asked'),
    })
    assert.deepEqual(policy.operations, [])
    assert.equal(policy.mayRead(`CN=Ada,OU=People,${corp}`), false)
    const object = { guid: '', dn: `CN=Ada,OU=People,${corp}`, kind: 'user' as const }
    assert.deepEqual(policy.writable(object), { allowed: false, because: 'the agent’s policy allows no operation' })
  })

  for (const [base, words] of [
    [corp, /is a whole domain/],
    ['dc=EXAMPLE', /is a whole domain/],
    [`CN=Users,${corp}`, /lies in CN=Users/],
    [`cn=users, ${corp}`, /lies in cn=users/],
    [`OU=Mine,CN=Users,${corp}`, /lies in CN=Users/],
    [`OU=Domain Controllers,${corp}`, /lies in OU=Domain Controllers/],
    [`CN=\\55sers,${corp}`, /lies in CN=Users/],
    [`CN=Builtin,${corp}`, /lies in CN=Builtin/],
    [`CN=AdminSDHolder,CN=System,${corp}`, /lies in CN=System/],
    [`CN=Configuration,${corp}`, /lies in CN=Configuration/],
  ] as const)
    it(`must not let all of ${base} be written`, () => {
      const found = faults({ ...usual, write: [`OU=People,${corp}`, base], read: ['DC=example', corp] })
      assert.equal(found.length, 1)
      assert.match(found[0] ?? '', /^write\.1: /)
      assert.match(found[0] ?? '', words)
    })

  it('names every fault at once, with its place and what to write instead', () => {
    const found = faults({
      read: ['People'],
      write: `OU=People,${corp}`,
      operations: ['unlock', 'delete-user'],
      neverTouch: ['Board', 7],
      perHour: { unlock: -1, reboot: 3, move: 1.5 },
      speed: 'fast',
    })
    for (const words of [
      /^read\.0: "People" is not a distinguished name: write one such as/,
      /^write: must be a list/,
      /^operations\.1: must be one of reset-password, unlock/,
      /^neverTouch\.0: must be the SID .* or the distinguished name of a group/,
      /^neverTouch\.1: must be the SID/,
      /^perHour\.unlock: must be 0 or more/,
      /^perHour: "reboot" is not known here: use reset-password/,
      /^perHour\.move: must be a whole number/,
      /^: "speed" is not known here: use read, write/,
    ])
      assert.ok(
        found.some((fault) => words.test(fault)),
        `${words} in ${found.join('\n')}`,
      )
  })

  it('is a block, and so are its parts', () => {
    assert.deepEqual(faults('x'), [': must be a block of read, write, operations, neverTouch, upnSuffixes, perHour'])
    assert.match(faults({ perHour: 7 })[0] ?? '', /^perHour: must be a block of reset-password/)
  })

  it('must have a cap for all, units to write, and all of what is written must be readable', () => {
    assert.match(faults({ ...usual, perHour: { unlock: 5 } })[0] ?? '', /^perHour\.all: is missing: write how many/)
    assert.match(faults({ ...usual, write: [] })[0] ?? '', /^write: is empty/)
    const elsewhere = faults({ ...usual, read: [`OU=People,${corp}`] })
    assert.deepEqual(elsewhere.length, 1)
    assert.match(elsewhere[0] ?? '', /^write\.1: "OU=Groups,DC=corp,DC=example" lies below no base of read/)
  })

  it('says what may be shown and written by place, step by step and in any case', () => {
    const settings = agentPolicySchema.parse({ ...usual, read: [`OU=People,${corp}`, `OU=Groups,${corp}`] })
    const facts = () => assert.fail('nothing is asked')
    const policy = agentPolicy(settings, { dataFolder: tmpdir(), clock: () => new Date(), facts })
    for (const [dn, user, unit, read] of [
      [`CN=Ada,OU=People,${corp}`, true, true, true],
      [`cn=ada,OU=x,ou=PEOPLE,dc=Corp,dc=example`, true, true, true],
      [`OU=People,${corp}`, false, true, true],
      [`CN=Ada,OU=Peoples,${corp}`, false, false, false],
      [`CN=Ada\\,OU=People,${corp}`, false, false, false],
      [`CN=Ada,OU=People,DC=other,DC=example`, false, false, false],
      [`CN=Ada,OU=People,${corp},DC=net`, false, false, false],
    ] as const) {
      assert.equal(policy.writable({ guid: '', dn, kind: 'user' }).allowed, user, dn)
      assert.equal(policy.writable({ guid: '', dn, kind: 'unit' }).allowed, unit, dn)
      assert.equal(policy.mayRead(dn), read, dn)
    }
  })
})
