import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type GroupId, groupId } from '../../../bot/identity/person.ts'
import {
  type AccessChange,
  type AccessDecision,
  type AccessFacts,
  type AccessGroup,
  type AccessPerson,
  type AccessRefusal,
  type AccessRefusalCode,
  accessRefusalCodes,
} from '../../../bot/policy/access-decision.ts'
import { decideAccess } from '../../../bot/policy/decide-access.ts'
import { deepFrozen, mia } from './examples.ts'

const board: GroupId = groupId.parse('0d0d0d0d-0000-4000-8000-000000000001')
const dashboard: GroupId = groupId.parse('0d0d0d0d-0000-4000-8000-000000000002')
const open = { protected: { people: [], groups: [] } }
const guarded = { protected: { people: [], groups: [board] } }
const changes = ['grant-access', 'revoke-access', 'disable-account', 'enable-account'] as const

const person: AccessPerson = {
  id: mia,
  accountEnabled: true,
  privileged: false,
  protectedBecause: [],
  sourceOfAuthority: 'entra',
  because: [],
}
const group: AccessGroup = {
  id: dashboard,
  roleAssignable: false,
  privileged: false,
  dynamic: false,
  unified: false,
  mailEnabled: false,
  securityEnabled: true,
  sourceOfAuthority: 'entra',
  within: [],
  because: [],
}

/** Everything in order, but for what is said. */
function facts(change: AccessChange, parts: Partial<AccessFacts> = {}): AccessFacts {
  const ofMembership = change === 'grant-access' || change === 'revoke-access'
  return {
    change,
    unwarranted: undefined,
    granted: change === 'revoke-access',
    names: { person: 'Mia Berg', group: 'Sales Dashboard' },
    person,
    group: ofMembership ? group : null,
    lockdown: 'open',
    proved: false,
    ...parts,
  }
}

function refused(decision: AccessDecision): AccessRefusal {
  assert.ok(decision.verdict === 'refuse', 'it was allowed')
  return decision
}

const codeOf = (decision: AccessDecision) => (decision.verdict === 'allow' ? 'allow' : decision.code)

describe('a change of access', () => {
  it('goes ahead when all is known, in order and warranted', () => {
    for (const change of changes) assert.equal(codeOf(decideAccess(guarded, facts(change))), 'allow', change)
  })

  it('never goes ahead when what carries it does not hold, and IT hears why', () => {
    for (const change of changes) {
      const no = refused(decideAccess(open, facts(change, { unwarranted: 'the request was denied' })))
      assert.deepEqual([no.code, no.tellIt], ['unwarranted', true])
      assert.equal(no.detail, `${change}: the request was denied`)
      assert.match(no.sentence, /does not hold, or not any more\. IT has been told\.$/)
    }
  })

  it('names a group where a membership is concerned, and only there', () => {
    for (const change of ['grant-access', 'revoke-access'] as const)
      assert.equal(codeOf(decideAccess(open, facts(change, { group: null }))), 'unwarranted')
    for (const change of ['disable-account', 'enable-account'] as const)
      assert.equal(codeOf(decideAccess(open, facts(change, { group }))), 'unwarranted')
  })

  const groups: readonly (readonly [what: string, code: AccessRefusalCode, group: Partial<AccessGroup> | 'gone'])[] = [
    ['is not there', 'unknown-group', 'gone'],
    ['is role-assignable', 'role-assignable-group', { roleAssignable: true }],
    ['passes a role on', 'privileged-group', { privileged: true, because: ['nested in role-assignable group: T0'] }],
    ['is dynamic', 'dynamic-group', { dynamic: true }],
    ['is mail-enabled', 'mail-enabled-group', { mailEnabled: true }],
    ['is a distribution list', 'mail-enabled-group', { mailEnabled: true, securityEnabled: false }],
    ['is neither security group nor Microsoft 365 group', 'unsuitable-group', { securityEnabled: false }],
    ['is synced', 'synced-group', { sourceOfAuthority: 'on-premises' }],
    ['is protected by the policy', 'protected-group', { id: board }],
    ['is nested in one that is protected', 'protected-group', { within: [board] }],
    ['may be role-assignable', 'unverifiable', { roleAssignable: undefined }],
    ['may be privileged', 'unverifiable', { privileged: 'unknown' }],
    ['may be dynamic', 'unverifiable', { dynamic: undefined }],
    ['may be mail-enabled', 'unverifiable', { mailEnabled: undefined }],
    ['may be no security group', 'unverifiable', { securityEnabled: undefined }],
    ['may be a Microsoft 365 group', 'unverifiable', { unified: undefined }],
    ['may be nested in a protected one', 'unverifiable', { within: undefined }],
  ]
  for (const [what, code, different] of groups)
    it(`neither adds to nor removes from a group that ${what}: ${code}`, () => {
      for (const change of ['grant-access', 'revoke-access'] as const) {
        const concerned = different === 'gone' ? different : { ...group, ...different }
        const no = refused(decideAccess(guarded, facts(change, { group: concerned })))
        assert.deepEqual([no.code, no.tellIt], [code, true], change)
      }
    })

  it('writes Microsoft 365 groups, although they are mail-enabled and no security groups', () => {
    const unified = { ...group, unified: true, mailEnabled: true, securityEnabled: false }
    for (const change of ['grant-access', 'revoke-access'] as const)
      assert.equal(codeOf(decideAccess(open, facts(change, { group: unified }))), 'allow')
  })

  it('says of a synced group who looks after it, and that IT has it', () => {
    const synced = { ...group, sourceOfAuthority: 'on-premises' as const }
    const { sentence } = refused(decideAccess(open, facts('grant-access', { group: synced })))
    assert.equal(
      sentence,
      'Mia Berg was not added to Sales Dashboard: the group is looked after in the company’s own directory, which I cannot change from here. IT has been told.',
    )
  })

  type Row = Readonly<Record<AccessChange, AccessRefusalCode | 'allow'>>
  const row = (
    grant: Row['grant-access'],
    revoke: Row['grant-access'],
    disable: Row['grant-access'],
    enable: Row['grant-access'],
  ): Row => ({
    'grant-access': grant,
    'revoke-access': revoke,
    'disable-account': disable,
    'enable-account': enable,
  })
  const people: readonly (readonly [what: string, person: Partial<AccessPerson> | 'gone', row: Row])[] = [
    ['is not there', 'gone', row('unknown-person', 'unknown-person', 'unknown-person', 'unknown-person')],
    ['is privileged', { privileged: true }, row('privileged', 'allow', 'privileged', 'privileged')],
    ['may be privileged', { privileged: 'unknown' }, row('unverifiable', 'allow', 'unverifiable', 'unverifiable')],
    ['is in a protected group', { protectedBecause: ['x'] }, row('protected', 'allow', 'protected', 'protected')],
    [
      'may be in a protected group',
      { protectedBecause: undefined },
      row('unverifiable', 'allow', 'unverifiable', 'unverifiable'),
    ],
    ['is blocked', { accountEnabled: false }, row('disabled', 'allow', 'allow', 'allow')],
    ['may be blocked', { accountEnabled: undefined }, row('unverifiable', 'allow', 'unverifiable', 'unverifiable')],
    [
      'is synced',
      { sourceOfAuthority: 'on-premises' },
      row('allow', 'allow', 'mastered-elsewhere', 'mastered-elsewhere'),
    ],
  ]
  for (const [what, different, expected] of people)
    it(`for somebody who ${what}: ${Object.values(expected).join(', ')}`, () => {
      const concerned = different === 'gone' ? different : { ...person, ...different }
      for (const change of changes)
        assert.equal(codeOf(decideAccess(guarded, facts(change, { person: concerned }))), expected[change], change)
    })

  it('protects the people whom the policy names', () => {
    const policy = { protected: { people: [mia], groups: [] } }
    for (const change of ['grant-access', 'disable-account', 'enable-account'] as const)
      assert.equal(codeOf(decideAccess(policy, facts(change))), 'protected', change)
    assert.equal(codeOf(decideAccess(policy, facts('revoke-access'))), 'allow')
  })

  it('takes nothing from administrators and protected people that it did not give', () => {
    for (const different of [{ privileged: true }, { privileged: 'unknown' }, { protectedBecause: ['x'] }] as const) {
      const of = { granted: false, person: { ...person, ...different } }
      assert.equal(decideAccess(open, facts('revoke-access', of)).verdict, 'refuse')
    }
    assert.equal(decideAccess(open, facts('revoke-access', { granted: false })).verdict, 'allow')
  })

  it('calls IT, but not for somebody who has left or is locked out and gets nothing', () => {
    const blocked = facts('grant-access', { person: { ...person, accountEnabled: false } })
    const told = (of: AccessFacts) => refused(decideAccess(open, of)).tellIt
    assert.equal(told(blocked), false)
    assert.equal(told(facts('grant-access', { person: 'gone' })), false)
    assert.equal(told(facts('revoke-access', { person: 'gone' })), true)
  })

  describe('of what is mastered on-premises', () => {
    const synced = { ...person, sourceOfAuthority: 'on-premises', writableOnPremises: true } as const
    const theirs = { ...group, sourceOfAuthority: 'on-premises', writableOnPremises: true } as const
    const decided = (change: AccessFacts['change'], changed: Partial<AccessFacts>) =>
      codeOf(decideAccess(open, facts(change, changed)))

    it('writes members of a group that an agent may write, with an address or without', () => {
      for (const change of ['grant-access', 'revoke-access'] as const)
        for (const mailEnabled of [false, true])
          assert.equal(decided(change, { person: synced, group: { ...theirs, mailEnabled } }), 'allow')
    })

    it('writes none of a group that no agent may write, and says why in the detail', () => {
      const kept = { ...theirs, writableOnPremises: false, notWritableBecause: 'not-allowed: outside' }
      const decision = decideAccess(open, facts('grant-access', { person: synced, group: kept }))
      assert.ok(decision.verdict === 'refuse')
      assert.deepEqual([decision.code, decision.detail], ['synced-group', 'grant-access: not-allowed: outside'])
    })

    it('puts nobody of the cloud into it', () => {
      assert.equal(decided('grant-access', { person, group: theirs }), 'cloud-person')
    })

    it('blocks and opens accounts where an agent may, and nowhere else', () => {
      for (const change of ['disable-account', 'enable-account'] as const) {
        assert.equal(decided(change, { person: synced, group: null }), 'allow')
        assert.equal(
          decided(change, { person: { ...synced, writableOnPremises: false }, group: null }),
          'mastered-elsewhere',
        )
      }
    })
  })

  describe('under a lockdown', () => {
    const decided = (change: AccessChange, parts: Partial<AccessFacts>) =>
      codeOf(decideAccess(open, facts(change, parts)))

    it('gives nobody anything, and takes away as ever', () => {
      for (const lockdown of ['strict', 'freeze'] as const) {
        for (const change of ['grant-access', 'enable-account'] as const)
          assert.equal(decided(change, { lockdown }), 'lockdown', change)
        for (const change of ['revoke-access', 'disable-account'] as const)
          assert.equal(decided(change, { lockdown }), 'allow', change)
      }
    })

    it('lets IT give back what was taken where they have proved themselves and nothing is frozen', () => {
      assert.equal(decided('grant-access', { lockdown: 'strict', proved: true }), 'allow')
      assert.equal(decided('grant-access', { lockdown: 'freeze', proved: true }), 'lockdown')
    })

    it('gives nothing while nobody can say whether there is one', () => {
      assert.equal(decided('grant-access', { lockdown: 'unknown', proved: true }), 'unverifiable')
      assert.equal(decided('revoke-access', { lockdown: 'unknown' }), 'allow')
    })

    it('tells IT nothing that two of them have decided', () =>
      assert.equal(refused(decideAccess(open, facts('grant-access', { lockdown: 'freeze' }))).tellIt, false))
  })

  describe('whatever the facts are', () => {
    const flag = fc.constantFrom(true, true, true, true, false, false, false, false, undefined)
    const mostlyNot = fc.constantFrom(false, false, false, false, false, false, true, undefined)
    const known = fc.constantFrom<boolean | 'unknown'>(false, false, true, 'unknown')
    const authority = fc.constantFrom<'entra' | 'on-premises'>('entra', 'entra', 'on-premises')
    const within = fc.constantFrom<readonly GroupId[] | undefined>([], [], [board], undefined)
    const anyFacts: fc.Arbitrary<AccessFacts> = fc.record({
      change: fc.constantFrom(...changes),
      unwarranted: fc.constantFrom(undefined, undefined, undefined, 'y'.repeat(900)),
      granted: fc.boolean(),
      lockdown: fc.constantFrom('open', 'open', 'open', 'open', 'strict', 'freeze', 'unknown'),
      proved: fc.boolean(),
      names: fc.constant({ person: 'Mia Berg', group: 'Sales Dashboard' }),
      person: fc.oneof(
        { weight: 1, arbitrary: fc.constant('gone' as const) },
        {
          weight: 9,
          arbitrary: fc.record({
            id: fc.constant(mia),
            accountEnabled: flag,
            privileged: known,
            protectedBecause: fc.constantFrom<readonly string[] | undefined>([], [], ['x'], undefined),
            sourceOfAuthority: authority,
            writableOnPremises: fc.boolean(),
            because: fc.constant(['directory role: Global Administrator']),
          }),
        },
      ),
      group: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constant('gone' as const) },
        { weight: 3, arbitrary: fc.constant(group) },
        {
          weight: 6,
          arbitrary: fc.record({
            id: fc.constantFrom(dashboard, dashboard, board),
            roleAssignable: mostlyNot,
            privileged: known,
            dynamic: mostlyNot,
            unified: flag,
            mailEnabled: flag,
            securityEnabled: flag,
            sourceOfAuthority: authority,
            writableOnPremises: fc.boolean(),
            within,
            because: fc.constant(['nested in role-assignable group: Tier 0']),
          }),
        },
      ),
    })
    const runs = { numRuns: 20_000, seed: 20_261_121 }

    it('nothing is allowed that a rule forbids, and every refusal comes up', () => {
      const seen = new Map<string, number>()
      fc.assert(
        fc.property(fc.constantFrom(open, guarded), anyFacts, (policy, of) => {
          const decision = decideAccess(deepFrozen(policy), deepFrozen(of))
          seen.set(codeOf(decision), (seen.get(codeOf(decision)) ?? 0) + 1)
          if (decision.verdict === 'refuse') return
          assert.equal(of.unwarranted, undefined)
          assert.ok(of.person !== 'gone' && of.group !== 'gone')
          if (of.group) {
            assert.deepEqual([of.group.roleAssignable, of.group.privileged, of.group.dynamic], [false, false, false])
            const onPremises = of.group.sourceOfAuthority === 'on-premises'
            if (onPremises) {
              assert.equal(of.group.writableOnPremises, true)
              assert.equal(
                of.person.sourceOfAuthority,
                'on-premises',
                'nobody of the cloud gets into a group on-premises',
              )
            }
            assert.ok(of.group.unified || (of.group.securityEnabled && (onPremises || !of.group.mailEnabled)))
            if (policy === guarded) assert.deepEqual([of.group.id, of.group.within], [dashboard, []])
          }
          if (of.change === 'grant-access') assert.equal(of.person.accountEnabled, true)
          if (of.change === 'grant-access' || of.change === 'enable-account')
            assert.ok(of.lockdown === 'open' || (of.lockdown === 'strict' && of.proved))
          if (of.group === null && of.person.sourceOfAuthority === 'on-premises')
            assert.equal(of.person.writableOnPremises, true)
          if (of.change === 'revoke-access' && of.granted) return
          assert.equal(of.person.privileged, false)
          if (policy === guarded) assert.deepEqual(of.person.protectedBecause, [])
        }),
        runs,
      )
      assert.deepEqual([...seen.keys()].sort(), ['allow', ...accessRefusalCodes].sort())
    })

    it('a refusal has a sentence with names and without ids and roles, and says that IT was told just when they are', () => {
      fc.assert(
        fc.property(anyFacts, (of) => {
          const decision = decideAccess(guarded, of)
          if (decision.verdict === 'allow') return
          assert.match(decision.sentence, /Mia Berg/)
          assert.doesNotMatch(decision.sentence, /[0-9a-f]{8}-|privileg|admin|\brole/i)
          assert.equal(decision.sentence.endsWith('IT has been told.'), decision.tellIt)
          assert.ok(decision.detail.length > 0 && decision.detail.length <= 500)
        }),
        runs,
      )
    })
  })
})
