import assert from 'node:assert/strict'
import fc from 'fast-check'
import { operationFacts, operationNames } from '../../../bot/policy/operations.ts'
import { loadPolicy, PolicyError, type PolicyFault } from '../../../bot/policy/policy.ts'
import { defaultPolicy, defaultText } from './examples.ts'

const minute = 60_000
const day = 24 * 60 * minute

/** The least that a policy can be. */
const least = 'operations:\n  protect-account: { mode: automatic, proofs: none }\n'

function refusal(text: string): PolicyError {
  try {
    loadPolicy(text, 'policy.yaml')
  } catch (error) {
    if (error instanceof PolicyError) return error
    throw error
  }
  throw new assert.AssertionError({ message: 'the policy was accepted' })
}

function onlyFault(text: string): PolicyFault {
  const { faults, message } = refusal(text)
  assert.equal(faults.length, 1, message)
  const [fault] = faults
  assert.ok(fault)
  return fault
}

describe('the policy that comes with HelpBot', () => {
  it('is accepted by its own linter', () => assert.doesNotThrow(() => loadPolicy(defaultText, 'default.yaml')))

  it('speaks of every operation, so that none is forbidden by silence', () => {
    for (const name of operationNames) {
      const mode = operationFacts[name].twoPersons ? 'approval' : 'automatic'
      assert.equal(defaultPolicy.operations[name].mode, mode, name)
    }
  })

  it('lets managers and IT reset for others when both have proved themselves, and IT freeze with a second person', () => {
    const { 'reset-password-for': reset, 'freeze-account': freeze } = defaultPolicy.operations
    assert.deepEqual(reset.by, ['manager', 'it'])
    assert.deepEqual(reset.personProofs, [['totp'], ['channel']])
    assert.deepEqual([reset.deliver, reset.showTo, reset.passLasts], ['temporary-password', 'starter', 60 * minute])
    assert.deepEqual([freeze.by, freeze.approvers, freeze.proofs], [['it'], 'it', []])
  })

  it('lets two of IT lock down at once, and lift it when both have proved themselves', () => {
    const { 'lock-down': lock, 'lift-lockdown': lift } = defaultPolicy.operations
    assert.deepEqual([lock.by, lock.approvers, lock.proofs], [['it'], 'it', []])
    assert.deepEqual([lift.by, lift.approvers, lift.proofs], [['it'], 'it', [['totp'], ['manager', 'channel']]])
    assert.deepEqual(defaultPolicy.lockdown.strict, [['totp']])
    assert.equal(defaultPolicy.lockdown.confirmWithin, 15 * minute)
  })

  it('counts nothing that was changed within the last days', () => {
    const { coolingOff, managerMustStandFor, chatLinkMustStandFor } = defaultPolicy
    assert.deepEqual([coolingOff, managerMustStandFor, chatLinkMustStandFor], [3 * day, 14 * day, 3 * day])
  })

  it('lets IT undo a change of access with a code, and nobody else', () => {
    const { 'undo-access': undo } = defaultPolicy.operations
    assert.deepEqual([undo.by, undo.proofs, undo.freshness], [['it'], [['totp']], 10 * minute])
    assert.deepEqual(undo.limits, { perPersonPerDay: 10, perStarterPerDay: 20 })
  })

  it('shows what is made to whoever started it, or to the manager, and to nobody else', () => {
    const to = (reader: string) => defaultText.replace('showTo: starter', `showTo: ${reader}`)
    assert.equal(loadPolicy(to('manager'), 'p.yaml').operations['reset-password-for'].showTo, 'manager')
    assert.throws(() => loadPolicy(to('everybody'), 'p.yaml'), /starter.*manager/)
  })

  it('reminds IT within the hour, and sooner when it is urgent', () =>
    assert.deepEqual(defaultPolicy.escalation.remindAfter, { normal: 60 * minute, high: 10 * minute }))

  it('asks for an authenticator code, or the manager, before a reset', () => {
    const reset = defaultPolicy.operations['reset-password']
    assert.deepEqual(reset.proofs, [['totp'], ['manager', 'channel']])
    assert.equal(reset.freshness, 10 * minute)
    assert.equal(reset.limits.perPersonPerDay, 3)
    assert.equal(reset.revokeSessions, true)
  })

  it('keeps the times of the handbook', () => {
    assert.equal(defaultPolicy.coolingOff, 3 * day)
    assert.equal(defaultPolicy.managerMustStandFor, 14 * day)
    assert.equal(defaultPolicy.confirmation.expiresAfter, 10 * minute)
    assert.equal(defaultPolicy.quietAfter, 15 * minute)
  })

  it('has security questions switched off', () => assert.equal(defaultPolicy.securityQuestions.enabled, false))

  it('cannot be changed once loaded', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
    assert.ok(frozen(defaultPolicy))
  })
})

describe('a policy file', () => {
  it('forbids what it does not mention', () => {
    const policy = loadPolicy(least, 'policy.yaml')
    assert.equal(policy.operations['reset-password'].mode, 'forbidden')
    assert.equal(policy.channelCounts, false)
  })

  it('has a version that only its meaning changes', () => {
    const { version } = loadPolicy(least, 'a.yaml')
    assert.match(version, /^[0-9a-f]{12}$/)
    const rewritten =
      '# a comment\ncoolingOff: 72 h\noperations:\n  protect-account:\n    proofs: none\n    mode: automatic\n'
    assert.equal(loadPolicy(rewritten, 'b.yaml').version, version)
    assert.notEqual(loadPolicy(`${least}coolingOff: 4 days\n`, 'c.yaml').version, version)
    assert.notEqual(defaultPolicy.version, version)
  })

  it('takes an approver, a group by its object id and protected people', () => {
    const group = '0C0C0C0C-0000-4000-8000-000000000001'
    const text = `${least}  reset-password:
    mode: approval
    approvers: group:${group}
    proofs: { anyOf: [{ allOf: [totp] }] }
    limits: { perPersonPerDay: 1 }
protected: { people: [${group}], groups: [${group}] }
`
    const policy = loadPolicy(text, 'policy.yaml')
    assert.equal(policy.operations['reset-password'].approvers, `group:${group.toLowerCase()}`)
    assert.deepEqual(policy.protected.people, [group.toLowerCase()])
  })

  const one: readonly (readonly [
    what: string,
    text: string,
    at: string,
    place: string,
    problem: RegExp,
    fix: RegExp,
  ])[] = [
    [
      'a misspelt operation, at its name',
      `${least}  reset-pasword:\n    mode: automatic\n`,
      '3:3',
      'operations.reset-pasword',
      /no operation/,
      /did you mean `reset-password`\?/,
    ],
    [
      'a shortened operation',
      `${least}  unlock: { mode: forbidden }\n`,
      '3:3',
      'operations.unlock',
      /no operation/,
      /`unlock-account`/,
    ],
    [
      'an operation like no other, with all that exist',
      `${least}  xyzzy: {}\n`,
      '3:3',
      'operations.xyzzy',
      /no operation/,
      /use one of `reset-password`, .*`protect-account`/,
    ],
    ['a misspelt setting', `${least}coolingOf: 3 days\n`, '3:1', 'coolingOf', /no setting/, /`coolingOff`/],
    [
      'a setting of an object of its own',
      `${least}__proto__: { a: 1 }\n`,
      '3:1',
      '__proto__',
      /no setting/,
      /use one of/,
    ],
    [
      'a setting that only a reset has',
      'operations:\n  protect-account: { mode: automatic, proofs: none, revokeSessions: true }\n',
      '2:53',
      'operations.protect-account.revokeSessions',
      /no setting/,
      /use one of/,
    ],
    [
      'a misspelt mode, at its value',
      `${least}  reset-password:\n    mode: automatik\n    proofs: none\n`,
      '4:11',
      'operations.reset-password.mode',
      /"automatik" is not known/,
      /did you mean `automatic`\?/,
    ],
    [
      'a mode that is missing, at the operation',
      `${least}  reset-password:\n    proofs: none\n`,
      '3:3',
      'operations.reset-password.mode',
      /is missing/,
      /`automatic`, `approval`, `forbidden`/,
    ],
    [
      'proofs left out',
      `${least}  reset-password:\n    mode: automatic\n`,
      '3:3',
      'operations.reset-password.proofs',
      /is missing/,
      /`proofs: none`/,
    ],
    [
      'proofs left empty, which is not the same as none',
      `${least}  enrol-totp:\n    mode: automatic\n    proofs:\n`,
      '5:12',
      'operations.enrol-totp.proofs',
      /null will not do/,
      /`none`/,
    ],
    [
      'a list of proofs with nothing in it',
      `${least}  enrol-totp:\n    mode: automatic\n    proofs: { anyOf: [] }\n`,
      '5:22',
      'operations.enrol-totp.proofs.anyOf',
      /will not do/,
      /at least 1/,
    ],
    [
      'an unknown way to prove oneself, in the middle of a list',
      `${least}  enrol-totp:\n    mode: automatic\n    proofs:\n      anyOf:\n        - allOf: [totp]\n        - allOf: [manager, sms]\n`,
      '8:28',
      'operations.enrol-totp.proofs.anyOf[1].allOf[1]',
      /"sms" will not do/,
      /`totp`, `manager`, `questions`, `channel`/,
    ],
    [
      'one proof asked for twice',
      `${least}  enrol-totp:\n    mode: automatic\n    proofs: { anyOf: [{ allOf: [totp, totp] }] }\n`,
      '5:32',
      'operations.enrol-totp.proofs.anyOf[0].allOf',
      /twice/,
      /once/,
    ],
    [
      'an approval without anybody to give it',
      `${least}  enrol-totp: { mode: approval, proofs: none }\n`,
      '3:3',
      'operations.enrol-totp.approvers',
      /is missing/,
      /`approvers: manager`/,
    ],
    [
      'an approver who is nobody',
      `${least}  enrol-totp: { mode: approval, proofs: none, approvers: group:sales }\n`,
      '3:58',
      'operations.enrol-totp.approvers',
      /"group:sales" names nobody/,
      /object id/,
    ],
    ['a number without a unit', `${least}quietAfter: 15\n`, '3:13', 'quietAfter', /15 is no length of time/, /15 min/],
    ['a time too short', `${least}quietAfter: 1 s\n`, '3:13', 'quietAfter', /too short/, /1 min/],
    ['a time too long', `${least}coolingOff: 20 weeks\n`, '3:13', 'coolingOff', /too long/, /90 days/],
    ['yes for true', `${least}channelCounts: yes\n`, '3:16', 'channelCounts', /"yes" will not do/, /`true` or `false`/],
    [
      'a name where an id belongs',
      `${least}protected:\n  people:\n    - mia@example.com\n`,
      '5:7',
      'protected.people[0]',
      /"mia@example.com"/,
      /object id/,
    ],
    [
      'more questions asked than there are',
      `${least}securityQuestions: { ask: 4 }\n`,
      '3:27',
      'securityQuestions.ask',
      /4 is more/,
      /`of`/,
    ],
    [
      'a password of too few words',
      `${least}password: { words: 3 }\n`,
      '3:20',
      'password.words',
      /3 will not do/,
      /at least 5/,
    ],
    ['no operations at all', 'coolingOff: 3 days\n', '1:1', 'operations', /is missing/, /a block of settings/],
    ['an empty file', '', '1:1', '', /null/, /a block of settings/],
    ['a list', '- a\n- b\n', '1:1', '', /will not do/, /a block of settings/],
    [
      'the same operation twice',
      `${least}  protect-account: { mode: forbidden }\n`,
      '3:3',
      '',
      /unique/,
      /indentation/,
    ],
    ['a tab', 'operations:\n\tprotect-account: 1\n', '2:1', '', /[Tt]ab/, /indentation/],
    ['a bracket left open', `${least}protected: [`, '3:13', '', /YAML/, /brackets/],
    ['a tag', `${least}coolingOff: !!js 3\n`, '3:13', '', /tag/i, /YAML|line/],
  ]
  for (const [what, text, at, place, problem, fix] of one)
    it(`says where and how to mend ${what}`, () => {
      const fault = onlyFault(text)
      assert.equal(`${fault.line}:${fault.column}`, at)
      assert.equal(fault.place, place)
      assert.match(fault.problem, problem)
      assert.match(fault.fix, fix)
    })

  it('names all faults in one message, in the order of the file', () => {
    const { message, faults } = refusal(`operations:
  reset-pasword: { mode: automatic }
  reset-password:
    mode: automatik
    freshness: 10
quietAfter: soon
`)
    assert.deepEqual(
      faults.map(({ line, column }) => `${line}:${column}`),
      ['2:3', '4:11', '5:16', '6:13'],
    )
    assert.match(message, /^The policy has 4 faults:\n {2}policy\.yaml:2:3 operations\.reset-pasword /)
    assert.equal(message.split('\n').length, 5)
  })

  it('names every weakness in one message too', () => {
    const { faults } = refusal(
      `${least}  reset-password: { mode: automatic, proofs: none }\ncoolingOff: 3 days\nconfirmation: { expiresAfter: 2 h }\n`,
    )
    assert.deepEqual(
      faults.map(({ rule, line }) => `${line} ${rule}`),
      ['3 no-limit', '3 no-proof', '5 slow-confirmation'],
    )
  })

  it('finds the place behind an alias', () => {
    const fault = onlyFault(
      `${least}  enrol-totp: &rule\n    mode: automatic\n    proofs: [sms]\n  replace-totp: { mode: forbidden }\n`,
    )
    assert.equal(fault.line, 5)
    const twice = refusal(
      `${least}  enrol-totp: &rule\n    mode: automatic\n    proofs: sms\n  unlock-account: *rule\n`,
    )
    assert.deepEqual(
      twice.faults.map(({ line }) => line),
      [5, 5],
    )
  })

  it('is not blown up by aliases of aliases', () => {
    const layers = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let layer = 1; layer < 9; layer++) {
      const alias = `*a${layer - 1}`
      layers.push(`a${layer}: &a${layer} [${Array(10).fill(alias).join(', ')}]`)
    }
    assert.match(refusal(layers.join('\n')).message, /too many aliases/)
  })

  for (const [how, deep, line] of [
    ['brackets', '['.repeat(100_000), 1],
    ['indentation', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 65],
    ['lists in lists', `version: 1\n${'- '.repeat(50_000)}x`, 2],
  ] as const)
    it(`is refused before it is parsed when it is nested too deep: ${how}`, () => {
      const { message } = refusal(deep)
      assert.match(
        message,
        new RegExp(`policy.yaml:${line}:\\d+ is nested more than 64 levels deep. Fix: check the brackets`),
      )
    })

  it('takes brackets in words for words', () => {
    assert.doesNotMatch(refusal(`note: "${'['.repeat(100)}"\nother: - ${'['.repeat(5)}`).message, /nested/)
  })

  it('is refused when it is far too long', () => {
    assert.match(refusal(`# ${'x'.repeat(300_000)}`).message, /longer than/)
  })

  it('gives a policy or a PolicyError for any text, and nothing else', () => {
    const lines = defaultText.split('\n')
    const cut = fc
      .tuple(fc.nat(lines.length - 1), fc.string({ maxLength: 30 }))
      .map(([index, text]) => lines.with(index, text).join('\n'))
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 200 }), cut), (text) => {
        try {
          assert.match(loadPolicy(text, 'policy.yaml').version, /^[0-9a-f]{12}$/)
        } catch (error) {
          assert.ok(error instanceof PolicyError, String(error))
          assert.ok(error.faults.length > 0)
          for (const { line, column } of error.faults) assert.ok(line >= 1 && column >= 1)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
