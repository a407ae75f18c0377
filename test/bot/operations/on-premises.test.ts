import assert from 'node:assert/strict'
import { freezeAccount } from '../../../bot/operations/freeze-account.ts'
import { grantAccess } from '../../../bot/operations/grant-access.ts'
import type { Before, Changed, OperationRequest, ReadBack } from '../../../bot/operations/operation.ts'
import { protectAccount } from '../../../bot/operations/protect-account.ts'
import { resetPassword } from '../../../bot/operations/reset-password.ts'
import { revokeAccess } from '../../../bot/operations/revoke-access.ts'
import { unlockAccount } from '../../../bot/operations/unlock-account.ts'
import { whatFollows } from '../../../bot/sync/words.ts'
import { defaultPolicy } from '../policy/examples.ts'
import { about, asking as askingForAccess } from './access-office.ts'
import { agentsPassword, asking, of, openHybridOffice } from './hybrid-office.ts'

type Office = Awaited<ReturnType<typeof openHybridOffice>>

describe('what is done to an account of the company’s own directory', () => {
  let office: Office
  before(async () => {
    office = await openHybridOffice()
  })
  afterEach(() => office.clear())
  after(() => office.close())

  const followUps = () => office.database.selectFrom('sync_follow_ups').selectAll().execute()

  describe('an unlock', () => {
    const unlock = async (id: string) => {
      await office.prove('kwame', id)
      return await office.run(asking(id, 'unlock-account'))
    }

    it('is not made for somebody who has proved nothing', async () => {
      office.own.locked = true
      const result = await office.run(asking('u-0', 'unlock-account'))
      assert.deepEqual([result.state, office.own.writes, office.own.locked], ['refused', [], true])
    })

    it('says since when, after how many wrong passwords; and the audit says where', async () => {
      Object.assign(office.own, { locked: true, badPasswordCount: 5, lockedAt: new Date('2026-03-02T09:12:30Z') })
      const { state, sentence } = await unlock('u-1')
      assert.equal(state, 'done')
      assert.equal(
        sentence,
        'Your account is unlocked. It had been locked since 2026-03-02 09:12 UTC, after 5 wrong passwords.',
      )
      const detail = (await office.auditOf('u-1'))?.detail
      assert.deepEqual(
        [
          detail?.['was-locked'],
          detail?.['locked-since'],
          detail?.['bad-password-count'],
          detail?.agent,
          detail?.controller,
        ],
        ['yes', '2026-03-02T09:12:30.000Z', '5', 'agent-1', 'dc1.corp.nordwind.example'],
      )
      assert.deepEqual(await followUps(), [], 'nothing of a lockout is synchronised')
      const notice = await office.database
        .selectFrom('posts')
        .select('content')
        .where('key', '=', 'notice:operation:u-1')
        .execute()
      assert.match(JSON.stringify(notice), /asked HelpBot in your chat to unlock it/)
    })

    it('that was not needed is said to be none', async () => {
      const { state, sentence } = await unlock('u-2')
      assert.deepEqual([state, sentence], ['done', 'Your account was not locked, so I changed nothing.'])
    })

    it('counts when the controller that made it saw it, and nobody can look any more', async () => {
      Object.assign(office.own, { locked: true, leavesAfter: 'unlock' })
      assert.equal((await unlock('u-3')).state, 'done')
    })

    it('after which the account is locked again at once is not called done', async () => {
      Object.assign(office.own, { locked: true, lockedAgain: true })
      const { state, sentence } = await unlock('u-4')
      assert.equal(state, 'unclear')
      assert.match(sentence, /locked again: something may keep trying with an old password\. IT has been told/)
      assert.ok(office.ended[0]?.forIt)
    })

    it('without an answer is read back before anything is said', async () => {
      Object.assign(office.own, { locked: true, loses: { write: 'unlock', made: true } })
      const made = await unlock('u-5')
      assert.deepEqual([made.state, made.sentence], ['done', 'Your account is not locked now.'])
      Object.assign(office.own, { locked: true, loses: { write: 'unlock', made: false } })
      const notMade = await unlock('u-6')
      assert.equal(notMade.state, 'unclear')
      assert.match(notMade.sentence, /still locked\. IT has been told/)
      Object.assign(office.own, { locked: true, leavesAfter: 'unlock' })
      const unknown = await unlock('u-7')
      assert.match(unknown.sentence, /do not know whether your account was unlocked/)
      assert.ok(office.ended.at(-1)?.forIt)
    })

    it('where no agent answers: nothing is changed, it says so, and IT has it', async () => {
      Object.assign(office.own, { locked: true, away: true })
      const { state, sentence } = await unlock('u-8')
      assert.equal(state, 'failed')
      assert.match(
        sentence,
        /cannot reach the directory .* changed nothing\. Please try again in a few minutes\. IT has been told\./,
      )
      assert.equal(office.ended[0]?.forIt?.title, 'The on-premises directory cannot be reached')
      assert.equal(await office.auditOf('u-8', 'intent'), undefined)
    })

    it('is refused where nobody can write, and IT hears of it', async () => {
      office.own.authority = { at: 'nowhere', code: 'ambiguous', detail: 'two accounts have this anchor' }
      const { state } = await unlock('u-9')
      assert.deepEqual([state, office.own.writes], ['refused', []])
      assert.match((await office.auditOf('u-9'))?.detail?.because ?? '', /ambiguous: two accounts/)
    })
  })

  describe('a reset', () => {
    async function reset(id: string) {
      await office.prove('kwame', id)
      office.waiting.expect(id)
      const result = await office.run(asking(id, 'reset-password'))
      return { ...result, shown: office.waiting.take(id) }
    }

    it('shows what the agent made, and says where it works and what follows', async () => {
      const { state, sentence, shown } = await reset('r-1')
      assert.deepEqual([state, shown], ['done', agentsPassword])
      assert.equal(
        sentence,
        'Your password is changed. It works on the company network now. All open Microsoft 365 sessions end within the hour. Microsoft 365 follows within about 5 min: I tell you when.',
      )
      const [row] = await followUps()
      assert.deepEqual([row?.operation_id, row?.kind, row?.state], ['r-1', 'password', 'waiting'])
      const { sourceOfAuthority, passwordChangedAt } = await office.entra.user(of('kwame'))
      assert.equal(sourceOfAuthority, 'on-premises')
      assert.deepEqual(row?.since, passwordChangedAt, 'later than what Entra ID said before is the change')
      const everything = JSON.stringify([
        await followUps(),
        office.ended,
        await office.database.selectFrom('audit').selectAll().execute(),
      ])
      assert.ok(!everything.includes(agentsPassword))
    })

    it('of somebody who had to choose a new one already is believed when it was accepted', async () => {
      Object.assign(office.own, { mustChange: true, passwordSetAt: undefined })
      const { state, shown } = await reset('r-2')
      assert.deepEqual([state, shown], ['done', agentsPassword])
      assert.equal((await office.auditOf('r-2'))?.detail?.['read-back'], 'as-before')
    })

    it('whose answer was lost is never shown and never called done', async () => {
      Object.assign(office.own, { loses: { write: 'set-password', made: true } })
      const made = await reset('r-3')
      assert.deepEqual([made.state, made.shown], ['unclear', undefined])
      assert.match(
        made.sentence,
        /^Your password was changed, but the answer that held the new one was lost\. Press the button again/,
      )
      Object.assign(office.own, { mustChange: false, loses: { write: 'set-password', made: false } })
      const notMade = await reset('r-4')
      assert.deepEqual([notMade.state, notMade.shown], ['unclear', undefined])
      assert.match(notMade.sentence, /does not look changed\. Press the button again/)
      Object.assign(office.own, { mustChange: true })
      const nobodyKnows = await reset('r-5')
      assert.deepEqual([nobodyKnows.state, nobodyKnows.shown], ['unclear', undefined])
      assert.match(nobodyKnows.sentence, /^Your password may have been changed/)
      assert.deepEqual(
        (await followUps()).map(({ operation_id }) => operation_id),
        ['r-3'],
        'only what was made is waited for',
      )
    })

    it('whose repeated answer does not hold the password any more says to press again', async () => {
      office.own.repeats = true
      const { state, sentence, shown } = await reset('r-6')
      assert.deepEqual([state, shown], ['unclear', undefined])
      assert.match(sentence, /the answer that held the new one was lost\. Press the button again/)
    })

    it('that nobody can look at afterwards says whose word it rests on', async () => {
      office.own.leavesAfter = 'set-password'
      const { state, sentence, shown } = await reset('r-7')
      assert.deepEqual([state, shown], ['unclear', agentsPassword])
      assert.match(sentence, /^The company’s own directory accepted the new password, but I cannot see it there yet/)
      assert.doesNotMatch(sentence, /Microsoft accepted/)
    })

    it('that the agent will not make is said in the words for it', async () => {
      office.own.refuses = 'protected'
      const { state, sentence, shown } = await reset('r-8')
      assert.deepEqual([state, sentence, shown], ['failed', 'That was not accepted.', undefined])
    })

    it('for somebody else tells them, not the one who reads it out, when Microsoft 365 has it', () => {
      const whose = { actor: of('maya'), target: of('kwame') }
      assert.equal(
        whatFollows(defaultPolicy.hybrid, whose, 'password'),
        'Microsoft 365 follows within about 5 min: they are told when.',
      )
    })
  })

  const onPremises: Before = {
    displayName: 'Kwame Mensah',
    passwordChangedAt: null,
    accountEnabled: true,
    onPremises: true,
    writableOnPremises: true,
    startedAt: '2026-03-02T09:00:00.000Z',
  }

  describe('"This wasn’t me"', () => {
    it('blocks the account where it lives, and says that Microsoft 365 follows', async () => {
      const { state, sentence } = await office.run(asking('p-1', 'protect-account'))
      assert.deepEqual([state, office.own.enabled], ['done', false])
      assert.match(
        sentence,
        /^Sign-in to your account is blocked on the company network\. Your sessions are being ended/,
      )
      assert.match(sentence, /Microsoft 365 follows within about 40 min\.$/)
      assert.equal(office.tenant.control.user(of('kwame')).accountEnabled, true, 'written there and only there')
      assert.deepEqual(
        (await followUps()).map(({ kind }) => kind),
        ['disabled'],
      )
      assert.ok(office.ended[0]?.forIt)
    })

    it('is not said to have blocked what nobody saw blocked', async () => {
      office.own.leavesAfter = 'set-enabled'
      const { state, sentence } = await office.run(asking('p-2', 'protect-account'))
      assert.equal(state, 'unclear')
      assert.match(sentence, /could not make sure that your account is blocked/)
    })

    it('ends the sessions all the same where no agent answers, and IT does the rest', async () => {
      office.own.away = true
      const { state, sentence } = await office.run(asking('p-3', 'protect-account'))
      assert.deepEqual([state, office.own.enabled], ['unclear', true])
      assert.match(sentence, /^Your sessions are being ended .* IT has been told to block it there\. Call them now\.$/)
      assert.equal(office.ended[0]?.forIt?.urgency, 'high')
    })

    it('does what it can where we cannot write', async () => {
      office.own.authority = { at: 'nowhere', code: 'switched-off', detail: 'the directory type is entra' }
      const { sentence } = await office.run(asking('p-4', 'protect-account'))
      assert.match(sentence, /IT has been told to block it there/)
      assert.deepEqual(office.own.writes, [])
    })

    it('asked for by two of IT is said to IT', async () => {
      const { sentence, state } = await office.run(
        asking('p-5', 'freeze-account', {
          actor: of('sam'),
          dialogId: null,
          confirmedBy: { id: of('itManager'), at: new Date().toISOString() },
        }),
      )
      assert.equal(state, 'done', sentence)
      assert.match(
        sentence,
        /^Sign-in of Kwame Mensah is blocked on the company network\..* Microsoft 365 follows within about 40 min\.$/,
      )
    })
  })

  describe('a membership of a synchronised group', () => {
    const request = askingForAccess('m-1', about({ by: 'approval', request: 'r', grant: 'g', contract: null }))
    const there: Before = { ...onPremises, groupOnPremises: true }
    const accepted = (was: 'yes' | 'no'): Changed => ({ fate: 'accepted', sentence: '', detail: { 'was-member': was } })

    it('that was changed is followed to the other side, one that stood is not', () => {
      assert.equal(grantAccess.conclude(request, there, accepted('no'), 'as-wanted').follows, 'member')
      assert.equal(grantAccess.conclude(request, there, accepted('yes'), 'as-wanted').follows, undefined)
      assert.equal(revokeAccess.conclude(request, there, accepted('yes'), 'as-wanted').follows, 'not-member')
      assert.equal(revokeAccess.conclude(request, there, accepted('no'), 'as-wanted').follows, undefined)
      assert.equal(grantAccess.conclude(request, onPremises, accepted('no'), 'as-wanted').follows, undefined)
    })

    it('is never said to be Microsoft’s doing', () => {
      for (const operation of [grantAccess, revokeAccess])
        assert.match(
          operation.conclude(request, there, accepted('no'), 'unknown').sentence,
          /^The directory accepted that/,
        )
    })
  })

  it('is never called done without having been seen', () => {
    const fates: readonly Changed['fate'][] = ['accepted', 'refused', 'lost', 'interrupted']
    const reads: readonly ReadBack[] = ['unchanged', 'unknown', 'as-before']
    const details: readonly Changed['detail'][] = [
      {},
      { 'in-hand': 'no' },
      { 'was-locked': 'yes', 'seen-unlocked': 'no' },
      { 'was-member': 'no' },
      { 'sessions-ended': 'yes', 'sign-in-blocked': 'yes' },
      { 'unlock-error': 'unreachable: nobody', 'set-password-error': 'unreachable: nobody' },
    ]
    const reset = resetPassword({ handover: office.waiting, makePassword: () => '', revokeSessions: true })
    const request: OperationRequest = askingForAccess(
      'n-1',
      about({ by: 'approval', request: 'r', grant: 'g', contract: null }),
    )
    for (const operation of [unlockAccount, reset, protectAccount, freezeAccount, grantAccess, revokeAccess])
      for (const before of [onPremises, { ...onPremises, onPremises: false }, { ...onPremises, groupOnPremises: true }])
        for (const fate of fates)
          for (const read of reads)
            for (const detail of details) {
              // The directory said yes, and what it says now goes with that.
              if (operation === reset && fate === 'accepted' && read === 'as-before') continue
              const changed: Changed = { fate, sentence: 'It did not work.', detail }
              const { state, sentence, forIt } = operation.conclude(request, before, changed, read)
              const what = `${operation.name} ${fate} ${read} ${JSON.stringify(detail)}: ${sentence}`
              assert.notEqual(state, 'done', what)
              if (/IT has been told/.test(sentence)) assert.ok(forIt, what)
            }
  })
})
