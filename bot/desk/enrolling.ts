import { managerConfirmed } from '../approvals/manager-confirmed.ts'
import type { Desk } from '../desk.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import { listOfDialog } from '../identity/proofs.ts'
import { type EnrolledBy, factorOf } from '../identity/totp.ts'
import { approveByManager, beginEnrolment, confirmEnrolment, pendingEnrolment } from '../identity/totp-enrolment.ts'
import { wrongCode } from '../identity/wrong-code.ts'
import { draftNotice, type Notice } from '../notices/notice.ts'
import { writePosts } from '../turns/outbox.ts'
import type { Ground, Sitting } from './ground.ts'
import { closedNow } from './lockdown-now.ts'
import { eventOf, tooWeak } from './proving.ts'

/** An authenticator confirmed this recently was confirmed by this very conversation, whose process then died. */
const justNow = 15 * 60_000

/** Setting up an authenticator app. The seed leaves this file only towards the window that shows it. */
export function enrolling(
  ground: Ground,
  sitting: Sitting,
): Pick<
  Desk,
  | 'notEnrolledHere'
  | 'authenticator'
  | 'beginEnrolment'
  | 'enrolmentInHand'
  | 'confirmEnrolment'
  | 'enrolmentConfirmedByManager'
> {
  const { database, clock, ring, policy } = ground
  const { person, dialogId, correlationId } = sitting
  const totp = { database, clock, ring }

  /** Who vouches for the new authenticator: the proofs of this dialog say so, not the dialog. */
  async function vouchedBy(): Promise<EnrolledBy> {
    const now = clock().getTime()
    const { freshness } = policy.operations['replace-totp']
    const fresh = (await listOfDialog(database, dialogId, person)).filter(
      (proof) => proof.counts && now - proof.at.getTime() <= freshness,
    )
    if (fresh.some(({ method }) => method === 'totp')) return 'old-factor'
    return fresh.some(({ method }) => method === 'manager') ? 'manager' : 'chat'
  }

  /** Second addresses; a notice in the chat does not wait for a directory that does not answer. */
  async function secondAddresses(): Promise<readonly string[]> {
    if (!policy.notices.secondAddress || !ground.canMail) return []
    try {
      return (await ground.directory.user(person.id)).otherMails.slice(0, 5)
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error
      return []
    }
  }

  /** Tells the person of the new authenticator, so that they can object if it is not theirs. */
  function noticeOf(factorId: string, countsFrom: Date, countsNow: boolean, mailTo: readonly string[]): Notice {
    const from = `from ${countsFrom.toISOString().slice(0, 16).replace('T', ' ')} UTC on`
    return {
      about: `factor:${factorId}`,
      tenant: person.tenant,
      person: person.id,
      title: 'A new authenticator was set up for you',
      text: 'An authenticator app was set up for your account in a chat with HelpBot.',
      facts: [{ title: 'It counts', value: countsNow ? 'from now on' : from }],
      mailTo,
      correlationId,
      at: clock(),
      // As long as it only ripens, there is time to object.
      lastsUntil: countsFrom,
    }
  }

  return {
    notEnrolledHere: () => (ground.channelIsStrong(sitting.channel) ? undefined : tooWeak),
    async authenticator() {
      const factor = await factorOf(database, person)
      if (factor?.state !== 'active' || !factor.countsFrom) return { state: 'none', countsFrom: undefined }
      return { state: factor.countsFrom <= clock() ? 'counts' : 'cooling-off', countsFrom: factor.countsFrom }
    },
    async beginEnrolment() {
      const closed = await closedNow(ground, sitting, 'enrol-totp')
      if (closed !== undefined) return { refused: closed }
      const { userPrincipalName } = await ground.directory.user(person.id)
      const by = await vouchedBy()
      // It would count after a while, and nobody but whoever sits there would know.
      if (by === 'chat' && !ground.channelIsStrong(sitting.channel)) return { refused: tooWeak }
      const begun = await beginEnrolment(totp, person, by, {
        issuer: ground.issuer,
        account: userPrincipalName,
      })
      if (!begun.ok)
        return { refused: 'Setting up a new authenticator needs your old one or your manager. Please start again.' }
      return { qr: begun.qr, manualKey: begun.manualKey, account: userPrincipalName }
    },
    async enrolmentInHand() {
      const { userPrincipalName: account } = await ground.directory.user(person.id)
      const pending = await pendingEnrolment(totp, person, { issuer: ground.issuer, account })
      return pending && { ...pending, account }
    },
    async confirmEnrolment(code) {
      const closed = await closedNow(ground, sitting, 'enrol-totp')
      if (closed !== undefined) return { ok: false, problem: closed }
      const mailTo = await secondAddresses()
      // The authenticator, the notice and the row in the audit: all or nothing.
      const { confirmed, posts } = await database.transaction().execute(async (transaction) => {
        const tried = await confirmEnrolment({ ...totp, database: transaction }, person, code, {
          coolingOff: policy.coolingOff,
        })
        if (!tried.ok) return { confirmed: tried, posts: [] }
        const { factorId, countsFrom, proofCounts, replaced } = tried
        const drafts = await draftNotice(transaction, noticeOf(factorId, countsFrom, proofCounts, mailTo))
        await writePosts(transaction, drafts, clock)
        const detail = { 'counts-from': countsFrom.toISOString(), replaced: replaced ? 'yes' : 'no' }
        await ground.audit.appendWithin(transaction, {
          ...eventOf(sitting, 'enrol-totp', 'done', detail),
          operationId: `factor:${factorId}`,
        })
        return { confirmed: tried, posts: drafts.map(({ key }) => key) }
      })
      if (confirmed.ok) {
        await ground.bringOut(posts)
        return { ok: true, countsFrom: confirmed.countsFrom, countsNow: confirmed.proofCounts }
      }
      if (confirmed.reason === 'none') {
        const factor = await factorOf(database, person)
        const now = clock()
        if (factor?.state === 'active' && factor.countsFrom && now.getTime() - factor.createdAt.getTime() < justNow)
          return { ok: true, countsFrom: factor.countsFrom, countsNow: factor.countsFrom <= now }
      }
      const wrong = wrongCode(confirmed, clock())
      return { ok: false, problem: wrong.verdict === 'again' ? wrong.problem : wrong.sentence }
    },
    async enrolmentConfirmedByManager(confirmationId) {
      // As long as there is a lockdown it ripens, and no faster.
      if ((await closedNow(ground, sitting, 'enrol-totp')) !== undefined) return false
      const factor = await factorOf(database, person)
      const confirmedBy = await managerConfirmed({ database, clock }, sitting, confirmationId, 'enrol-totp')
      if (factor?.state !== 'active' || !confirmedBy) return false
      return await database.transaction().execute(async (transaction) => {
        const approved = await approveByManager({ database: transaction, clock }, person, factor.factorId)
        const event = eventOf(sitting, 'approve-totp', approved ? 'done' : 'failed', { 'confirmed-by': confirmedBy })
        await ground.audit.appendWithin(transaction, { ...event, operationId: `approve:${confirmationId}` })
        return approved
      })
    },
  }
}
