import assert from 'node:assert/strict'
import fc from 'fast-check'
import { canonicalJson } from '../../../bot/audit/canonical-json.ts'
import { AuditEventError, cleanEvent } from '../../../bot/audit/event.ts'
import { intent } from './events.ts'

const detailOf = (value: string) => cleanEvent(intent({ detail: { reason: value } })).detail?.reason

describe('an audit event', () => {
  it('is kept as it is when it is clean', () => {
    const event = intent()
    assert.deepEqual(cleanEvent(event), event)
  })

  it('needs no more than who, what and whom', () => {
    const { kind, action, tenant, actor, target, correlationId } = intent()
    const least = { kind, action, tenant, actor, target, correlationId }
    assert.deepEqual(cleanEvent(least), least)
    assert.equal(cleanEvent({ ...least, actor: 'helpbot' }).actor, 'helpbot')
  })

  for (const name of [
    'password',
    'temporaryPassword',
    'new_password',
    'Password',
    'passwd',
    'pass-word',
    'PassCode',
    'code',
    'otp',
    'otpCode',
    'one.time.code',
    'totpSeed',
    'seed',
    'secret',
    'clientSecret',
    'token',
    'accessToken',
    'refresh_token',
    'answer',
    'security-answer',
    'pin',
    'credentials',
    'apiKey',
    'private-key',
    'key',
    'cookie',
    'Authorization',
    'token2',
  ]) {
    it(`is refused with a detail named ${name}, without repeating its value`, () => {
      assert.throws(
        () => cleanEvent(intent({ detail: { [name]: 'S3cr3tValue' } })),
        (error: unknown) => {
          assert.ok(error instanceof AuditEventError)
          assert.match(error.message, /is the name of a secret/)
          assert.ok(!error.message.includes('S3cr3tValue'))
          return true
        },
      )
    })
  }

  for (const name of [
    'errorCode',
    'error.code',
    'http_status_code',
    'graphCode',
    'requestId',
    'set-password-request-id',
    'set-password-error',
    'sessions-ended',
    'read-back',
    'keyId',
    'monkey',
    'opinion',
    'reason',
  ]) {
    it(`may have a detail named ${name}`, () => {
      assert.deepEqual(cleanEvent(intent({ detail: { [name]: 'x' } })).detail, { [name]: 'x' })
    })
  }

  for (const [what, event] of Object.entries({
    'a member nobody knows': { ...intent(), password: 'x' },
    'no actor': { ...intent(), actor: undefined },
    'an actor by name': { ...intent(), actor: 'ada' },
    'a kind nobody knows': { ...intent(), kind: 'change' },
    'an action in words': { ...intent(), action: 'Reset the password' },
    'an empty correlation id': { ...intent(), correlationId: '' },
    'a correlation id with a line break': { ...intent(), correlationId: 'a\nb' },
    'an endless operation id': { ...intent(), operationId: 'x'.repeat(201) },
    'a detail that is no text': { ...intent(), detail: { count: 3 } },
    'a detail within a detail': { ...intent(), detail: { error: { code: '1' } } },
    'more than 20 details': {
      ...intent(),
      detail: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`d${i}`, ''])),
    },
    'a detail with an odd name': { ...intent(), detail: { __proto__x: '' } },
    'a proof that is none': { ...intent(), proofs: [{ method: 'trust me', at: '2026-01-05T08:00:00.000Z' }] },
    'a proof with its code': {
      ...intent(),
      proofs: [{ method: 'totp', at: '2026-01-05T08:00:00.000Z', code: '123456' }],
    },
    'nothing at all': undefined,
  })) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => cleanEvent(event), AuditEventError)
    })
  }

  it('has its texts cut to 500 characters', () => {
    assert.equal(detailOf('x'.repeat(500)), 'x'.repeat(500))
    assert.equal(detailOf('x'.repeat(10_000)), `${'x'.repeat(499)}…`)
  })

  it('has its texts cleaned of what cannot be seen', () => {
    assert.equal(detailOf('one\r\ntwo\tthree\u0000\u001b[31m\u202eevil\u2028four'), 'one two three [31m evil four')
    assert.equal(detailOf('broken \ud800 half'), 'broken \ufffd half')
    assert.equal(cleanEvent(intent({ why: 'a\u0000b' })).why, 'a b')
  })

  it('has what looks like a secret taken out of its texts', () => {
    for (const [given, kept] of [
      ['rejected eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl today', 'rejected [removed] today'],
      ['Authorization: Bearer abcdefgh12345678', 'Authorization: [removed]'],
      ['bad otpauth://totp/HelpBot:ada?secret=JBSWY3DP', 'bad [removed]'],
      ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', '[removed]'],
    ] as const)
      assert.equal(detailOf(given), kept)
  })

  it('can always be hashed, kept by PostgreSQL, and cleaned again without a change', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1_200 }), (text) => {
        const clean = cleanEvent(intent({ why: text, detail: { reason: text } }))
        assert.ok(!canonicalJson(clean).includes('\\u00'))
        assert.deepEqual(cleanEvent(clean), clean)
      }),
    )
  })
})
