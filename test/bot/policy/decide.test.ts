import assert from 'node:assert/strict'
import { groupId } from '../../../bot/identity/person.ts'
import { type DecisionRequest, decide } from '../../../bot/policy/decide.ts'
import type { Policy } from '../../../bot/policy/policy.ts'
import {
  company,
  defaultPolicy,
  manager,
  mia,
  minutesAgo,
  noon,
  otherCompany,
  policyWith,
  policyWithRule,
  proof,
  request,
  stranger,
} from './examples.ts'

const totpOrManager = [['totp'], ['manager', 'channel']]

function allowed(policy: Policy, asked: DecisionRequest): readonly string[] {
  const decision = decide(policy, asked)
  assert.equal(decision.verdict, 'allow', JSON.stringify(decision))
  return decision.verdict === 'allow' ? decision.proofsUsed.map(({ id }) => id) : []
}

function missing(policy: Policy, asked: DecisionRequest): readonly (readonly string[])[] {
  const decision = decide(policy, asked)
  assert.equal(decision.verdict, 'need-proof', JSON.stringify(decision))
  return decision.verdict === 'need-proof' ? decision.alternatives : []
}

function refused(policy: Policy, asked: DecisionRequest) {
  const decision = decide(policy, asked)
  assert.equal(decision.verdict, 'refuse', JSON.stringify(decision))
  if (decision.verdict !== 'refuse') throw new Error('not refused')
  return decision
}

describe('an employee who forgot her password', () => {
  it('is asked for a code, or for her manager and the chat', () =>
    assert.deepEqual(missing(defaultPolicy, request()), totpOrManager))

  it('may reset it with a code', () =>
    assert.deepEqual(allowed(defaultPolicy, request({ proofs: [proof('totp')] })), ['totp-1']))

  it('may reset it when her manager has confirmed in the chat', () =>
    assert.deepEqual(allowed(defaultPolicy, request({ proofs: [proof('channel'), proof('manager')] })), [
      'manager-1',
      'channel-1',
    ]))

  it('is asked only for what is missing, the shortest way first', () => {
    assert.deepEqual(missing(defaultPolicy, request({ proofs: [proof('manager')] })), [['totp'], ['channel']])
    const strict = policyWithRule('reset-password', {
      proofs: [
        ['manager', 'totp', 'channel'],
        ['manager', 'channel'],
      ],
    })
    assert.deepEqual(missing(strict, request({ proofs: [proof('channel')] })), [['manager'], ['manager', 'totp']])
  })

  it('is not asked for the same thing in two ways', () => {
    const policy = policyWithRule('reset-password', {
      proofs: [
        ['manager', 'totp'],
        ['totp', 'channel', 'manager'],
      ],
    })
    assert.deepEqual(missing(policy, request({ proofs: [proof('channel')] })), [['manager', 'totp']])
  })

  it('hears which policy was in force', () => {
    for (const proofs of [[], [proof('totp')]])
      assert.equal(decide(defaultPolicy, request({ proofs })).policyVersion, defaultPolicy.version)
  })
})

describe('a proof', () => {
  for (const [what, given] of [
    ['ten minutes and a millisecond old', { at: new Date(minutesAgo(10).getTime() - 1) }],
    ['from the future', { at: new Date(noon.getTime() + 1) }],
    ['without a valid time', { at: new Date(Number.NaN) }],
    ['of somebody else', { person: stranger }],
    ['of another tenant', { tenant: otherCompany }],
    ['still cooling off', { counts: false }],
  ] as const)
    it(`${what} does not help`, () =>
      assert.deepEqual(missing(defaultPolicy, request({ proofs: [proof('totp', given)] })), totpOrManager))

  for (const [what, at] of [
    ['ten minutes old to the millisecond', minutesAgo(10)],
    ['of this very moment', noon],
  ] as const)
    it(`${what} helps`, () => assert.ok(allowed(defaultPolicy, request({ proofs: [proof('totp', { at })] }))))

  it('by the person as her own manager never counts', () =>
    assert.deepEqual(
      missing(defaultPolicy, request({ proofs: [proof('channel'), proof('manager', { confirmedBy: mia })] })),
      [['totp'], ['manager']],
    ))

  it('by a manager who is not named never counts', () => {
    const { confirmedBy: _, ...nobody } = proof('manager')
    assert.deepEqual(missing(defaultPolicy, request({ proofs: [proof('channel'), nobody] })), [['totp'], ['manager']])
  })

  it('stands for one method only, even if its id is told twice', () => {
    const twin = { id: 'one' }
    const proofs = [proof('manager', twin), proof('channel', twin)]
    const decision = missing(defaultPolicy, request({ proofs }))
    assert.equal(decision.length, 2)
    assert.deepEqual(decision[0], ['totp'])
    assert.equal(decision[1]?.length, 1)
  })

  it('is shared out so that the most is satisfied', () => {
    const proofs = [
      proof('manager', { id: 'shared', at: minutesAgo(1) }),
      proof('channel', { id: 'shared', at: minutesAgo(1) }),
      proof('manager', { id: 'own', at: minutesAgo(5) }),
    ]
    assert.deepEqual(allowed(defaultPolicy, request({ proofs })), ['own', 'shared'])
  })

  it('is the newest of its kind where there are several', () => {
    const proofs = [proof('totp', { id: 'old', at: minutesAgo(9) }), proof('totp', { id: 'new', at: minutesAgo(2) })]
    assert.deepEqual(allowed(defaultPolicy, request({ proofs })), ['new'])
  })

  it('by chat does nothing where the policy does not count it', () => {
    const policy = policyWith({ channelCounts: false })
    assert.deepEqual(missing(policy, request({ proofs: [proof('manager'), proof('channel')] })), [['totp']])
  })
})

describe('security questions', () => {
  const on = { enabled: true, ask: 2, of: 3, forPrivileged: false }

  it('are refused as the only way, even when the linter was not asked', () => {
    const policy = { ...policyWithRule('reset-password', { proofs: [['questions']] }), securityQuestions: on }
    const { code, detail } = refused(policy, request({ proofs: [proof('questions')] }))
    assert.equal(code, 'forbidden')
    assert.match(detail, /no proof that is strong enough/)
  })

  it('do not make the chat enough for a reset', () => {
    const policy = {
      ...policyWithRule('reset-password', { proofs: [['questions', 'channel'], ['totp']] }),
      securityQuestions: on,
    }
    assert.deepEqual(missing(policy, request({ proofs: [proof('questions'), proof('channel')] })), [['totp']])
  })

  it('may be asked on top of a code', () => {
    const policy = { ...policyWithRule('reset-password', { proofs: [['totp', 'questions']] }), securityQuestions: on }
    assert.deepEqual(missing(policy, request({ proofs: [proof('totp')] })), [['questions']])
    assert.deepEqual(allowed(policy, request({ proofs: [proof('totp'), proof('questions')] })), [
      'totp-1',
      'questions-1',
    ])
  })

  it('satisfy nothing while they are off', () => {
    const policy = policyWithRule('reset-password', { proofs: [['totp', 'questions'], ['manager']] })
    assert.deepEqual(missing(policy, request({ proofs: [proof('totp'), proof('questions')] })), [['manager']])
  })

  it('cannot be set up while they are off', () => {
    const asked = request({ operation: 'set-security-questions', proofs: [proof('totp')] })
    assert.equal(refused(defaultPolicy, asked).code, 'forbidden')
    assert.ok(allowed(policyWith({ securityQuestions: on }), asked))
  })
})

describe('a floor below every policy', () => {
  it('is that the chat alone never resets a password', () => {
    const policy = policyWithRule('reset-password', { proofs: [['channel']] })
    assert.equal(refused(policy, request({ proofs: [proof('channel')] })).code, 'forbidden')
  })

  it('is that nothing at all never resets a password', () => {
    assert.equal(refused(policyWithRule('reset-password', { proofs: [] }), request()).code, 'forbidden')
  })
})

describe('a first authenticator and "This wasn\'t me"', () => {
  for (const operation of ['enrol-totp', 'protect-account'] as const)
    it(`need no proof: ${operation}`, () => assert.deepEqual(allowed(defaultPolicy, request({ operation })), []))

  it('may ask for the chat alone: the cooling-off holds it back', () => {
    const policy = policyWithRule('enrol-totp', { proofs: [['channel']] })
    assert.deepEqual(allowed(policy, request({ operation: 'enrol-totp', proofs: [proof('channel')] })), ['channel-1'])
  })

  it('a new authenticator needs the old one or the manager, never the chat alone', () =>
    assert.deepEqual(missing(defaultPolicy, request({ operation: 'replace-totp', proofs: [proof('channel')] })), [
      ['totp'],
      ['manager'],
    ]))
})

describe('a refusal', () => {
  const special = { privileged: true, protectedBecause: ['directory role: Global Administrator'] }

  it('goes to administrators for everything, and IT hears why while the person does not', () => {
    for (const operation of [
      'reset-password',
      'unlock-account',
      'enrol-totp',
      'replace-totp',
      'protect-account',
    ] as const) {
      const { code, sentence, detail, tellIt } = refused(
        defaultPolicy,
        request({ operation, proofs: [proof('totp')], target: special }),
      )
      assert.equal(code, 'privileged')
      assert.equal(tellIt, true)
      assert.match(detail, /Global Administrator/)
      assert.doesNotMatch(sentence, /admin|role|privileg|protect/i)
    }
  })

  it('sounds the same for administrators and for protected people', () => {
    const administrator = refused(defaultPolicy, request({ target: { privileged: true } }))
    const listed = refused(policyWith({ protected: { people: [mia], groups: [] } }), request())
    const grouped = refused(defaultPolicy, request({ target: { protectedBecause: ['group: Board'] } }))
    assert.deepEqual([listed.code, grouped.code], ['protected', 'protected'])
    assert.deepEqual([listed.sentence, grouped.sentence], [administrator.sentence, administrator.sentence])
    assert.deepEqual([listed.tellIt, grouped.tellIt], [true, true])
  })

  it('follows from whatever is not known', () => {
    const unknowns: readonly DecisionRequest[] = [
      request({ target: { privileged: 'unknown' } }),
      request({ target: { accountEnabled: undefined } }),
      request({ target: { guest: undefined } }),
      request({ person: { accountEnabled: undefined } }),
      request({ person: { guest: undefined } }),
      request({ now: new Date(Number.NaN) }),
    ]
    for (const asked of unknowns) {
      const { code, tellIt } = refused(defaultPolicy, { ...asked, proofs: [proof('totp')] })
      assert.equal(code, 'unverifiable')
      assert.equal(tellIt, true)
    }
  })

  it('follows from protected groups that nobody looked up', () => {
    const board = groupId.parse('0d0d0d0d-0000-4000-8000-000000000001')
    const policy = policyWith({ protected: { people: [], groups: [board] } })
    const { protectedBecause: _, ...target } = request().target
    assert.equal(refused(policy, { ...request({ proofs: [proof('totp')] }), target }).code, 'unverifiable')
    assert.ok(allowed(policy, request({ proofs: [proof('totp')] })))
    assert.ok(allowed(defaultPolicy, { ...request({ proofs: [proof('totp')] }), target }))
  })

  for (const [code, asked, tellIt] of [
    ['other-tenant', request({ target: { tenant: otherCompany } }), false],
    ['not-self', request({ target: { id: stranger } }), true],
    ['not-self', request({ relation: 'manager-of' }), true],
    ['not-self', request({ relation: 'none' }), true],
    ['limit', request({ usage: { today: 3 } }), false],
    ['guest', request({ person: { guest: true } }), false],
    ['guest', request({ target: { guest: true } }), false],
    ['disabled', request({ person: { accountEnabled: false } }), true],
    ['disabled', request({ target: { accountEnabled: false } }), true],
    ['mastered-elsewhere', request({ target: { sourceOfAuthority: 'on-premises' } }), true],
  ] as const)
    it(`is ${code}, and IT is ${tellIt ? '' : 'not '}told, whatever the proofs`, () => {
      const decision = refused(defaultPolicy, { ...asked, proofs: [proof('totp')] })
      assert.equal(decision.code, code)
      assert.equal(decision.tellIt, tellIt)
    })

  it('is forbidden where the policy says so', () =>
    assert.equal(refused(policyWithRule('reset-password', { mode: 'forbidden' }), request()).code, 'forbidden'))

  it('comes at the fourth reset of a day, not at the third', () => {
    const asked = (today: number) => request({ usage: { today }, proofs: [proof('totp')] })
    assert.ok(allowed(defaultPolicy, asked(2)))
    assert.equal(refused(defaultPolicy, asked(3)).code, 'limit')
  })

  it('tells a synced person the truth about where the account is managed', () =>
    assert.match(
      refused(defaultPolicy, request({ target: { sourceOfAuthority: 'on-premises' } })).sentence,
      /on-premises directory.*IT/,
    ))

  it('does not stop a synced person from setting up an authenticator', () =>
    assert.ok(
      allowed(defaultPolicy, request({ operation: 'enrol-totp', target: { sourceOfAuthority: 'on-premises' } })),
    ))

  it('keeps to its order: what says nothing about the account comes first', () => {
    const everything = request({
      operation: 'set-security-questions',
      person: { tenant: otherCompany, guest: true, accountEnabled: false },
      target: { id: stranger, privileged: true, protectedBecause: ['Board'], sourceOfAuthority: 'on-premises' },
      relation: 'none',
      usage: { today: 99 },
    })
    const order = [
      everything,
      { ...everything, person: { ...everything.person, tenant: company } },
      {
        ...everything,
        person: { ...everything.person, tenant: company },
        target: { ...everything.target, id: mia },
        relation: 'self' as const,
      },
    ]
    const reset = { ...(order[2] ?? everything), operation: 'reset-password' as const }
    const allowedToday = { ...reset, usage: { today: 0 } }
    const notGuest = { ...allowedToday, person: { ...allowedToday.person, guest: false } }
    const ordinary = { ...notGuest, target: { ...notGuest.target, privileged: false } }
    const open = { ...ordinary, target: { ...ordinary.target, protectedBecause: [] } }
    const enabled = { ...open, person: { ...open.person, accountEnabled: true } }
    const codes = [...order, reset, allowedToday, notGuest, ordinary, open, enabled].map(
      (asked) => refused(defaultPolicy, asked).code,
    )
    assert.deepEqual(codes, [
      'other-tenant',
      'not-self',
      'forbidden',
      'limit',
      'guest',
      'privileged',
      'protected',
      'disabled',
      'mastered-elsewhere',
    ])
  })
})

describe('"This wasn\'t me"', () => {
  it('works on an account that is blocked already, so that pressing twice is no failure', () =>
    assert.ok(
      allowed(
        defaultPolicy,
        request({ operation: 'protect-account', person: { accountEnabled: false }, target: { accountEnabled: false } }),
      ),
    ))

  it('works on a synced account: its sessions can be ended here', () =>
    assert.ok(
      allowed(defaultPolicy, request({ operation: 'protect-account', target: { sourceOfAuthority: 'on-premises' } })),
    ))

  it('alerts IT whenever it is refused, and says so', () => {
    for (const asked of [
      request({ person: { guest: true } }),
      request({ target: { tenant: otherCompany } }),
      request({ target: { privileged: 'unknown' } }),
    ]) {
      const { tellIt, sentence } = refused(defaultPolicy, { ...asked, operation: 'protect-account' })
      assert.equal(tellIt, true)
      assert.match(sentence, /alerting IT/)
    }
  })
})

describe('an operation that somebody must approve', () => {
  const policy = policyWithRule('reset-password', { mode: 'approval', approvers: 'manager' })
  const proofs = [proof('totp')]
  const yes = { by: manager, at: minutesAgo(60), kind: 'manager' } as const

  it('asks for proofs before it asks the approver', () => assert.deepEqual(missing(policy, request()), totpOrManager))

  it('waits for the approver', () =>
    assert.deepEqual(decide(policy, request({ proofs })), {
      verdict: 'need-approval',
      from: 'manager',
      policyVersion: policy.version,
    }))

  it('goes ahead with the approval', () => {
    const decision = decide(policy, request({ proofs, approvals: [yes] }))
    assert.equal(decision.verdict, 'allow')
    assert.deepEqual(decision.verdict === 'allow' && decision.approval, yes)
  })

  for (const [what, approval] of [
    ['by the person herself', { ...yes, by: mia }],
    ['of another kind', { ...yes, kind: 'owners' }],
    ['from the future', { ...yes, at: new Date(noon.getTime() + 1) }],
    ['older than a week', { ...yes, at: minutesAgo(7 * 24 * 60 + 1) }],
  ] as const)
    it(`does not go ahead with an approval ${what}`, () =>
      assert.equal(decide(policy, request({ proofs, approvals: [approval] })).verdict, 'need-approval'))
})

describe('a reset that somebody else starts', () => {
  const hers = { tenant: company, person: stranger } as const
  const help = (parts: Parameters<typeof request>[0] = {}): DecisionRequest =>
    request({
      operation: 'reset-password-for',
      relation: 'manager-of',
      usage: { today: 0, byStarter: 0 },
      ...parts,
      target: { id: stranger, ...parts.target },
    })
  const own = { proofs: [proof('totp')] }
  const both = { ...own, targetProofs: [proof('channel', { ...hers, id: 'matched' })] }

  it('asks the one who starts it first, then the one whose account it is', () => {
    assert.deepEqual(missing(defaultPolicy, help()), totpOrManager)
    const decision = decide(defaultPolicy, help(own))
    assert.equal(decision.verdict, 'need-person-proof')
    assert.deepEqual(decision.verdict === 'need-person-proof' && decision.alternatives, [['totp'], ['channel']])
  })

  it('goes ahead with proofs of both, and says which', () => {
    const decision = decide(defaultPolicy, help(both))
    assert.deepEqual(
      decision.verdict === 'allow' && [decision.proofsUsed, decision.targetProofsUsed].flat().map(({ id }) => id),
      ['totp-1', 'matched'],
    )
  })

  for (const [what, proofOfHer] of [
    ['of somebody else', proof('channel', { tenant: company, person: manager })],
    ['of the one who starts it', proof('totp', { id: 'other' })],
    ['that is a manager’s word', proof('manager', { ...hers, confirmedBy: manager })],
    ['by security questions', proof('questions', hers)],
    ['that does not count', proof('channel', { ...hers, counts: false })],
    ['too old', proof('totp', { ...hers, at: minutesAgo(16) })],
    ['of another tenant', proof('totp', { person: stranger, tenant: otherCompany })],
  ] as const)
    it(`does not take a proof ${what}`, () =>
      assert.equal(decide(defaultPolicy, help({ ...own, targetProofs: [proofOfHer] })).verdict, 'need-person-proof'))

  it('does not take the word of whoever is helped for whoever helps: one chat would speak for both', () => {
    const proofs = [proof('channel'), proof('manager', { confirmedBy: stranger })]
    assert.deepEqual(missing(defaultPolicy, help({ ...both, proofs, relation: 'it' })), [['totp'], ['manager']])
  })

  it('is for one’s direct reports and for IT, and never for oneself', () => {
    assert.equal(decide(defaultPolicy, help({ ...both, relation: 'it' })).verdict, 'allow')
    assert.equal(refused(defaultPolicy, help({ ...both, relation: 'none' })).code, 'not-in-charge')
    assert.equal(refused(defaultPolicy, help({ ...both, relation: 'self' })).code, 'own-account')
    assert.equal(refused(defaultPolicy, help({ ...both, target: { id: mia } })).code, 'own-account')
    const onlyIt = policyWithRule('reset-password-for', { by: ['it'] })
    assert.equal(refused(onlyIt, help(both)).code, 'not-in-charge')
  })

  it('refuses privileged, protected, disabled, synced and unknown accounts as always', () => {
    const targets = [
      ['privileged', { privileged: true }],
      ['unverifiable', { privileged: 'unknown' }],
      ['protected', { protectedBecause: ['Board'] }],
      ['disabled', { accountEnabled: false }],
      ['mastered-elsewhere', { sourceOfAuthority: 'on-premises' }],
      ['guest', { guest: true }],
    ] as const
    for (const [code, target] of targets) {
      const no = refused(defaultPolicy, help({ ...both, target }))
      assert.equal(no.code, code)
      assert.equal(no.tellIt, code !== 'guest', code)
    }
  })

  it('has limits for the account and for whoever starts it, and an unknown number is no leave', () => {
    for (const usage of [{ today: 2, byStarter: 2 }, { today: 0, byStarter: 10 }, { today: 0 }])
      assert.equal(refused(defaultPolicy, help({ ...both, usage })).code, 'limit')
  })

  it('is nothing a policy can make of one proof', () => {
    for (const personProofs of [[], [[]]]) {
      const weak = policyWithRule('reset-password-for', { personProofs })
      assert.equal(refused(weak, help(both)).code, 'forbidden')
    }
    const chatOnly = policyWithRule('reset-password-for', { proofs: [['channel']] })
    assert.equal(refused(chatOnly, help({ ...both, proofs: [proof('channel')] })).code, 'forbidden')
  })
})

describe('freezing an account', () => {
  const yes = { by: manager, at: minutesAgo(1), kind: 'it' } as const
  const freeze = (parts: Parameters<typeof request>[0] = {}): DecisionRequest =>
    request({
      operation: 'freeze-account',
      relation: 'it',
      usage: { today: 0, byStarter: 0 },
      ...parts,
      target: { id: stranger, ...parts.target },
    })

  it('needs a second person of IT, who is neither the first nor the one concerned', () => {
    assert.equal(decide(defaultPolicy, freeze()).verdict, 'need-approval')
    assert.equal(decide(defaultPolicy, freeze({ approvals: [yes] })).verdict, 'allow')
    for (const by of [mia, stranger])
      assert.equal(decide(defaultPolicy, freeze({ approvals: [{ ...yes, by }] })).verdict, 'need-approval')
  })

  it('is done again on an account that is blocked already, and on a synced one as far as it goes', () => {
    for (const target of [{ accountEnabled: false }, { sourceOfAuthority: 'on-premises' }] as const)
      assert.equal(decide(defaultPolicy, freeze({ approvals: [yes], target })).verdict, 'allow')
  })

  it('never touches an administrator, and IT hears that they must do it by hand', () => {
    const no = refused(defaultPolicy, freeze({ approvals: [yes], target: { privileged: true } }))
    assert.equal(no.code, 'privileged')
    assert.equal(no.tellIt, true)
    assert.match(no.sentence, /by hand/)
  })

  it('is for IT alone, whose own accounts may sign in', () => {
    assert.equal(refused(defaultPolicy, freeze({ approvals: [yes], relation: 'manager-of' })).code, 'not-in-charge')
    const blocked = freeze({ approvals: [yes], person: { accountEnabled: false } })
    assert.equal(refused(defaultPolicy, blocked).code, 'disabled')
  })

  it('is forbidden where a careless policy would let one person do it', () => {
    for (const careless of [{ mode: 'automatic' }, { approvers: 'manager' }] as const)
      assert.equal(refused(policyWithRule('freeze-account', careless), freeze({ approvals: [yes] })).code, 'forbidden')
  })
})

describe('undoing a change of somebody’s access', () => {
  const undo = (parts: Parameters<typeof request>[0] = {}): DecisionRequest =>
    request({
      operation: 'undo-access',
      relation: 'it',
      usage: { today: 0, byStarter: 0 },
      proofs: [proof('totp')],
      ...parts,
      target: { id: stranger, ...parts.target },
    })

  it('is for IT, with a code given just now', () => {
    assert.equal(decide(defaultPolicy, undo()).verdict, 'allow')
    assert.deepEqual(missing(defaultPolicy, undo({ proofs: [] })), [['totp']])
    assert.deepEqual(missing(defaultPolicy, undo({ proofs: [proof('totp', { at: minutesAgo(11) })] })), [['totp']])
    for (const relation of ['manager-of', 'none'] as const)
      assert.equal(refused(defaultPolicy, undo({ relation })).code, 'not-in-charge')
  })

  it('is never done for oneself', () => {
    assert.equal(refused(defaultPolicy, undo({ relation: 'self', target: { id: mia } })).code, 'own-account')
    assert.equal(refused(defaultPolicy, undo({ target: { id: mia } })).code, 'own-account')
  })

  it('takes guests, blocked and synced accounts, because contractors are such', () => {
    for (const target of [{ guest: true }, { accountEnabled: false }, { sourceOfAuthority: 'on-premises' }] as const)
      assert.equal(decide(defaultPolicy, undo({ target })).verdict, 'allow')
  })

  it('takes no guest and nobody who is blocked for IT, and leaves administrators alone', () => {
    assert.equal(refused(defaultPolicy, undo({ person: { guest: true } })).code, 'guest')
    assert.equal(refused(defaultPolicy, undo({ person: { accountEnabled: false } })).code, 'disabled')
    assert.equal(refused(defaultPolicy, undo({ target: { privileged: true } })).code, 'privileged')
  })

  it('has a limit for the person and for whoever starts it', () => {
    for (const usage of [{ today: 10, byStarter: 10 }, { today: 0, byStarter: 20 }, { today: 0 }])
      assert.equal(refused(defaultPolicy, undo({ usage })).code, 'limit')
  })
})
