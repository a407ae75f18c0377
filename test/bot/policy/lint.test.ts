import assert from 'node:assert/strict'
import { type LintRule, lint, lintRules } from '../../../bot/policy/lint.ts'
import { loadPolicy, type Policy, PolicyError } from '../../../bot/policy/policy.ts'
import { defaultPolicy, defaultText, policyWith, policyWithRule } from './examples.ts'

const hour = 3_600_000
const questionsOn = { enabled: true, ask: 2, of: 3, forPrivileged: false }

/** What the linter says of the default policy after one change. */
function found(policy: Policy): readonly string[] {
  return lint(policy).map(({ rule, path }) => `${rule} at ${path.join('.')}`)
}

describe('the policy linter', () => {
  it('has nothing against the default policy', () => assert.deepEqual(lint(defaultPolicy), []))

  const breaches: Record<LintRule, readonly (readonly [what: string, policy: Policy, where: readonly string[]])[]> = {
    'questions-alone': [
      [
        'questions as one of two ways to reset a password',
        {
          ...policyWithRule('reset-password', { proofs: [['totp'], ['questions']] }),
          securityQuestions: questionsOn,
        },
        ['operations.reset-password.proofs.anyOf.1'],
      ],
      [
        'questions even for a first authenticator',
        { ...policyWithRule('enrol-totp', { proofs: [['questions']] }), securityQuestions: questionsOn },
        ['operations.enrol-totp.proofs.anyOf.0'],
      ],
    ],
    'chat-alone': [
      [
        'the chat alone for a reset',
        policyWithRule('reset-password', { proofs: [['totp'], ['channel']] }),
        ['operations.reset-password.proofs.anyOf.1'],
      ],
      [
        'the chat with questions for an unlock',
        { ...policyWithRule('unlock-account', { proofs: [['questions', 'channel']] }), securityQuestions: questionsOn },
        ['operations.unlock-account.proofs.anyOf.0'],
      ],
      [
        'the chat alone for a new authenticator',
        policyWithRule('replace-totp', { proofs: [['channel']] }),
        ['operations.replace-totp.proofs.anyOf.0'],
      ],
      [
        'the chat alone for setting security questions',
        policyWithRule('set-security-questions', { proofs: [['channel']] }),
        ['operations.set-security-questions.proofs.anyOf.0'],
      ],
    ],
    'no-proof': (
      [
        'reset-password',
        'unlock-account',
        'replace-totp',
        'set-security-questions',
        'reset-password-for',
        'undo-access',
      ] as const
    ).map((name) => [`nothing for ${name}`, policyWithRule(name, { proofs: [] }), [`operations.${name}.proofs`]]),
    'questions-for-privileged': [
      [
        'questions for administrators',
        policyWith({ securityQuestions: { ...questionsOn, forPrivileged: true } }),
        ['securityQuestions.forPrivileged'],
      ],
    ],
    'few-questions': [
      ['a single question', policyWith({ securityQuestions: { ...questionsOn, ask: 1 } }), ['securityQuestions.ask']],
    ],
    'never-satisfied': [
      [
        'the chat listed while it does not count',
        policyWith({ channelCounts: false }),
        [
          ...['reset-password', 'unlock-account', 'replace-totp', 'set-security-questions', 'reset-password-for'].map(
            (name) => `operations.${name}.proofs.anyOf.1`,
          ),
          'operations.reset-password-for.personProofs.anyOf.1',
          'operations.lift-lockdown.proofs.anyOf.1',
        ],
      ],
      [
        'a freeze that asks for a code where nobody could type one',
        policyWithRule('freeze-account', { proofs: [['totp']] }),
        ['operations.freeze-account.proofs'],
      ],
      [
        'undoing by managers, who are not listened to there',
        policyWithRule('undo-access', { by: ['manager', 'it'] }),
        ['operations.undo-access.by'],
      ],
      [
        'questions listed while they are off',
        policyWithRule('reset-password', { proofs: [['totp', 'questions']] }),
        ['operations.reset-password.proofs.anyOf.0'],
      ],
      [
        'an unlock that is offered and forbidden',
        {
          ...policyWithRule('unlock-account', { mode: 'forbidden' }),
          lockouts: { offer: true, perPersonPerDay: 3, perHour: 50 },
        },
        ['lockouts.offer'],
      ],
    ],
    'stale-proofs': [
      [
        'a proof that serves for 61 minutes',
        policyWithRule('reset-password', { freshness: 61 * 60_000 }),
        ['operations.reset-password.freshness'],
      ],
    ],
    'no-limit': [
      [
        'resets without end',
        policyWithRule('reset-password', { limits: {} }),
        ['operations.reset-password.limits.perPersonPerDay'],
      ],
      [
        'enrolments without end',
        policyWithRule('enrol-totp', { limits: {} }),
        ['operations.enrol-totp.limits.perPersonPerDay'],
      ],
      [
        'a stolen chat of IT that reaches everybody',
        policyWithRule('reset-password-for', { limits: { perPersonPerDay: 2 } }),
        ['operations.reset-password-for.limits.perStarterPerDay'],
      ],
    ],
    'high-limit': [
      [
        'eleven resets a day',
        policyWithRule('reset-password', { limits: { perPersonPerDay: 11 } }),
        ['operations.reset-password.limits.perPersonPerDay'],
      ],
      [
        'fifty-one frozen accounts a day by the same two',
        policyWithRule('freeze-account', { limits: { perPersonPerDay: 2, perStarterPerDay: 51 } }),
        ['operations.freeze-account.limits.perStarterPerDay'],
      ],
      [
        'an unlock that somebody is offered eleven times a day',
        policyWith({ lockouts: { offer: true, perPersonPerDay: 11, perHour: 50 } }),
        ['lockouts.perPersonPerDay'],
      ],
    ],
    'one-person': [
      [
        'an account frozen by one person',
        policyWithRule('freeze-account', { mode: 'automatic' }),
        ['operations.freeze-account.mode'],
      ],
      [
        'an account frozen with the word of a manager',
        policyWithRule('freeze-account', { approvers: 'manager' }),
        ['operations.freeze-account.approvers'],
      ],
      [
        'an account frozen by a manager',
        policyWithRule('freeze-account', { by: ['manager', 'it'] }),
        ['operations.freeze-account.by'],
      ],
    ],
    'short-cooling-off': [
      ['a factor from chat alone that counts after 23 hours', policyWith({ coolingOff: 23 * hour }), ['coolingOff']],
      [
        'the same when the manager is only one of the ways',
        { ...policyWithRule('enrol-totp', { proofs: [['manager'], ['channel']] }), coolingOff: 0 },
        ['coolingOff'],
      ],
    ],
    'new-manager': [
      ["yesterday's manager", policyWith({ managerMustStandFor: 23 * hour }), ['managerMustStandFor']],
      [
        "yesterday's manager who vouches for nobody and may help",
        {
          ...policyWith({ managerMustStandFor: 0 }),
          operations: Object.fromEntries(
            Object.entries(policyWithRule('enrol-totp', {}).operations).map(([name, rule]) => [
              name,
              rule.proofs.length > 0 ? { ...rule, proofs: [['totp']] } : rule,
            ]),
          ) as Policy['operations'],
        },
        ['managerMustStandFor'],
      ],
      [
        "yesterday's manager who vouches for nobody and starts nothing, and is shown what IT starts",
        {
          ...policyWith({ managerMustStandFor: 0 }),
          operations: Object.fromEntries(
            Object.entries(policyWithRule('reset-password-for', { by: ['it'], showTo: 'manager' }).operations).map(
              ([name, rule]) => [name, rule.proofs.length > 0 ? { ...rule, proofs: [['totp']] } : rule],
            ),
          ) as Policy['operations'],
        },
        ['managerMustStandFor'],
      ],
    ],
    'slow-confirmation': [
      [
        'a manager who may answer two hours later',
        policyWith({ confirmation: { expiresAfter: 2 * hour } }),
        ['confirmation.expiresAfter'],
      ],
    ],
    'new-chat-link': [
      [
        'a Slack account that counts from the moment in which it is linked',
        policyWith({ chatLinkMustStandFor: 23 * hour }),
        ['chatLinkMustStandFor'],
      ],
    ],
    'weak-lockdown': [
      [
        'a lockdown that nobody can lift',
        policyWithRule('lift-lockdown', { mode: 'forbidden' }),
        ['operations.lift-lockdown'],
      ],
      [
        'a manager’s word, the chat or questions as the strongest proof',
        policyWith({
          lockdown: {
            ...defaultPolicy.lockdown,
            strict: [['totp'], ['manager', 'channel'], ['totp', 'questions'], ['manager']],
          },
        }),
        ['lockdown.strict.anyOf.1', 'lockdown.strict.anyOf.2', 'lockdown.strict.anyOf.3'],
      ],
    ],
    'hindered-protection': [
      [
        '"This wasn\'t me" switched off',
        policyWithRule('protect-account', { mode: 'forbidden' }),
        ['operations.protect-account.mode'],
      ],
      [
        '"This wasn\'t me" waiting for an approval',
        policyWithRule('protect-account', { mode: 'approval', approvers: 'manager' }),
        ['operations.protect-account.mode'],
      ],
      [
        '"This wasn\'t me" only with a code',
        policyWithRule('protect-account', { proofs: [['totp']] }),
        ['operations.protect-account.proofs'],
      ],
      [
        '"This wasn\'t me" once a day',
        policyWithRule('protect-account', { limits: { perPersonPerDay: 1 } }),
        ['operations.protect-account.limits'],
      ],
    ],
  }

  for (const rule of lintRules)
    for (const [what, policy, where] of breaches[rule])
      it(`${rule} and no other rule refuses ${what}`, () =>
        assert.deepEqual(
          found(policy),
          where.map((place) => `${rule} at ${place}`),
        ))

  const accepted: readonly (readonly [what: string, policy: Policy])[] = [
    ['exactly 60 minutes of freshness', policyWithRule('reset-password', { freshness: hour })],
    ['exactly ten a day', policyWithRule('reset-password', { limits: { perPersonPerDay: 10 } })],
    [
      'exactly one day of cooling-off and of standing',
      policyWith({ coolingOff: 24 * hour, managerMustStandFor: 24 * hour, chatLinkMustStandFor: 24 * hour }),
    ],
    [
      'no cooling-off where the manager confirms every enrolment',
      { ...policyWithRule('enrol-totp', { proofs: [['manager'], ['manager', 'channel']] }), coolingOff: 0 },
    ],
    [
      'questions on top of a code',
      { ...policyWithRule('reset-password', { proofs: [['totp', 'questions']] }), securityQuestions: questionsOn },
    ],
    [
      'any chat link where the chat counts for nothing',
      loadPolicy(
        defaultText
          .replaceAll(/^ *- allOf: \[.*channel\]\n/gm, '')
          .replace('chatLinkMustStandFor: 3 days', 'chatLinkMustStandFor: 0 min'),
        'company.yaml',
      ),
    ],
    ['the chat alone for a first authenticator', policyWithRule('enrol-totp', { proofs: [['channel']] })],
    [
      'weak settings of an operation that is forbidden anyway',
      policyWithRule('reset-password', { mode: 'forbidden', proofs: [['questions']], limits: {}, freshness: 1e12 }),
    ],
    [
      'a single question while questions are off',
      policyWith({ securityQuestions: { ...questionsOn, enabled: false, ask: 1 } }),
    ],
  ]
  for (const [what, policy] of accepted) it(`accepts ${what}`, () => assert.deepEqual(found(policy), []))

  it('stops a weak file from being loaded, at the line of the weakness', () => {
    const weak = defaultText.replace('- allOf: [manager, channel]', '- allOf: [channel]')
    const line = weak.split('\n').findIndex((text) => text.includes('- allOf: [channel]')) + 1
    assert.throws(
      () => loadPolicy(weak, 'company.yaml'),
      (error) => {
        assert.ok(error instanceof PolicyError)
        assert.match(error.message, new RegExp(`company\\.yaml:${line}:11 .*ASVS 5 6\\.4\\.3.*\\[chat-alone\\]`))
        return true
      },
    )
  })

  it('gives a reason and a fix that end without a full stop, for the message to add', () => {
    for (const [, policy] of Object.values(breaches).flat())
      for (const { problem, fix } of lint(policy)) {
        assert.match(problem, /[^.]$/)
        assert.match(fix, /[^.]$/)
      }
  })
})
