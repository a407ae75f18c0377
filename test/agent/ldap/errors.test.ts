import assert from 'node:assert/strict'
import {
  AlreadyExistsError,
  BusyError,
  ConstraintViolationError,
  InsufficientAccessError,
  InvalidCredentialsError,
  NoSuchAttributeError,
  NoSuchObjectError,
  UnavailableError,
  UnknownStatusCodeError,
  UnwillingToPerformError,
} from 'ldapts'
import { AgentError } from '../../../agent/agent-error.ts'
import { bindError, toAgentError } from '../../../agent/ldap/errors.ts'

const read = { what: 'search', writeSent: false }
const write = { what: 'modify', writeSent: true }

/** Code, whether it may have been done, and the rule. */
const meaning = (error: unknown, doing = write) => {
  const { code, maybeDone, rule } = toAgentError(error, doing)
  return [code, maybeDone, rule]
}

describe('what LDAP errors mean', () => {
  it('is said by the code where the code says it', () => {
    assert.deepEqual(meaning(new InsufficientAccessError()), ['refused', false, undefined])
    assert.deepEqual(meaning(new NoSuchObjectError()), ['not-found', false, undefined])
    assert.deepEqual(meaning(new AlreadyExistsError()), ['conflict', false, undefined])
    assert.deepEqual(meaning(new NoSuchAttributeError()), ['conflict', false, undefined])
    // A referral: it is another domain's, and is not followed.
    assert.deepEqual(meaning(new UnknownStatusCodeError(10, '')), ['not-found', false, undefined])
  })

  it('is a broken rule for passwords where Windows says 52D, by whatever code', () => {
    const samba = (words: string) =>
      new ConstraintViolationError(`0000052D: Constraint violation - check_password_restrictions: ${words}`)
    assert.deepEqual(meaning(samba('the password is too short. It should be equal or longer than 7 characters!')), [
      'policy',
      false,
      'length',
    ])
    assert.deepEqual(meaning(samba('the password does not meet the complexity criteria!')), [
      'policy',
      false,
      'complexity',
    ])
    assert.deepEqual(meaning(samba('the password was already used (in history)!')), ['policy', false, 'history'])
    assert.deepEqual(meaning(samba('password is too young to change!')), ['policy', false, 'too-young'])
    const windows = new UnwillingToPerformError(
      '0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0',
    )
    assert.deepEqual(meaning(windows), ['policy', false, 'unknown'])
    // 52D somewhere in the words is not 52D.
    assert.deepEqual(meaning(new UnwillingToPerformError('00002035: about 0000052D: x')), ['refused', false, undefined])
  })

  it('is a conflict where 19 or 53 stand for one', () => {
    assert.deepEqual(meaning(new UnwillingToPerformError('00000561: not a member')), ['conflict', false, undefined])
    assert.deepEqual(meaning(new ConstraintViolationError('000021C8: UPN')), ['conflict', false, undefined])
    assert.deepEqual(meaning(new ConstraintViolationError('00002081: other')), ['refused', false, undefined])
  })

  it('leaves open whether a write was done that got no clear answer', () => {
    const lost = new Error('Connection closed before message response was received. Message type: ModifyRequest (0x66)')
    assert.deepEqual(meaning(lost), ['unreachable', true, undefined])
    assert.deepEqual(meaning(lost, read), ['unreachable', false, undefined])
    assert.deepEqual(meaning(new UnavailableError()), ['unreachable', true, undefined])
    assert.deepEqual(meaning(new UnknownStatusCodeError(80, '')), ['unreachable', true, undefined])
    // Too busy to begin it.
    assert.deepEqual(meaning(new BusyError()), ['unreachable', false, undefined])
  })

  it('stays what it is where it is known already', () => {
    const known = new AgentError('protected', 'x')
    assert.equal(toAgentError(known, write), known)
  })

  it('is one line', () => {
    assert.equal(toAgentError(new Error('a\nb\u0000\u007fc'), read).detail, 'search: a b c')
  })
})

describe('why the service account is turned away', () => {
  const turnedAway = (data: string) =>
    bindError(
      new InvalidCredentialsError(
        `80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data ${data}, v4563`,
      ),
      'agent@corp',
      'ldaps://dc1',
    )

  it('is said in words for IT', () => {
    for (const [data, words] of [
      ['52e', /its name or its password is wrong/],
      ['775', /locked out/],
      ['533', /disabled/],
      ['532', /password has expired/],
      ['701', /it has expired/],
      ['773', /must be changed/],
      ['99', /was not let in \(49, data 99\)/],
    ] as const) {
      const error = turnedAway(data)
      assert.equal(error.code, 'refused')
      assert.match(error.detail, words)
    }
  })

  it('is another matter where nobody answers', () => {
    assert.equal(bindError(new Error('connect ECONNREFUSED'), 'a', 'b').code, 'unreachable')
  })
})
