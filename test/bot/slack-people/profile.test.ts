import assert from 'node:assert/strict'
import { checkProfile, type SlackProfile } from '../../../bot/slack-people/profile.ts'

const member: SlackProfile = {
  id: 'U1',
  teamId: 'T1',
  realName: 'Ada Lindqvist',
  enterpriseId: undefined,
  enterpriseUserId: undefined,
  email: ' Ada@Nordwind.Example ',
  isEmailConfirmed: true,
  isBot: false,
  isRestricted: false,
  isUltraRestricted: false,
  isStranger: undefined,
  isInvitedUser: undefined,
  deleted: false,
}

describe('who may be matched by what Slack says of them', () => {
  it('takes a full member with a confirmed address, in lower case', () => {
    assert.deepEqual(checkProfile(member, 'T1'), { ok: true, email: 'ada@nordwind.example' })
  })

  const refused: readonly (readonly [string, Partial<SlackProfile>, string])[] = [
    ['a guest of several channels', { isRestricted: true }, 'guest'],
    ['a guest of one channel', { isUltraRestricted: true }, 'guest'],
    ['a stranger of a shared channel', { isStranger: true }, 'other-workspace'],
    ['somebody of another workspace', { teamId: 'T2' }, 'other-workspace'],
    ['somebody whose workspace Slack leaves out', { teamId: undefined }, 'other-workspace'],
    ['a bot', { isBot: true }, 'bot'],
    ['a deactivated account', { deleted: true }, 'deactivated'],
    ['an address that is not confirmed', { isEmailConfirmed: false }, 'no-confirmed-email'],
    [
      'an address of which Slack does not say whether it is confirmed',
      { isEmailConfirmed: undefined },
      'no-confirmed-email',
    ],
    ['somebody invited who never signed in', { isInvitedUser: true }, 'no-confirmed-email'],
    ['somebody without an address', { email: undefined }, 'no-confirmed-email'],
    ['an account of which Slack does not say whether it is a guest', { isRestricted: undefined }, 'unverifiable'],
    ['an account of which Slack does not say whether it is a bot', { isBot: undefined }, 'unverifiable'],
    ['an account of which Slack does not say whether it is active', { deleted: undefined }, 'unverifiable'],
  ]
  for (const [who, change, code] of refused)
    it(`refuses ${who}`, () => {
      assert.deepEqual(checkProfile({ ...member, ...change }, 'T1'), { ok: false, code })
    })

  it('refuses whom Slack does not know', () => {
    assert.deepEqual(checkProfile(undefined, 'T1'), { ok: false, code: 'unverifiable' })
  })
})
