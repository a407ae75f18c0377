import type { AccessDesk } from './access/access-desk.ts'
import type { OpenThreads, ThreadReason } from './escalation/escalation.ts'
import type { UserId } from './identity/person.ts'
import type { ProofMethod } from './identity/proof.ts'
import type { LockdownDesk } from './lockdown/lockdown-desk.ts'
import type { OperationName } from './policy/operation-name.ts'
import type { Delivery, PersonProof } from './policy/schema.ts'

export type { OperationName }

/** May this person do this, with the proofs given in this dialog so far? */
export type Standing =
  /** `until`: when the first of the proofs has run out. */
  | { readonly verdict: 'allow'; readonly until: Date }
  | { readonly verdict: 'need-proof'; readonly alternatives: readonly (readonly ProofMethod[])[] }
  /** They have proved themselves; now the one whose account it is must. */
  | { readonly verdict: 'need-person-proof'; readonly alternatives: readonly (readonly PersonProof[])[] }
  | {
      readonly verdict: 'no'
      readonly sentence: string
      readonly tellIt: boolean
      readonly detail: string
      /** The account is one that only IT may change. */
      readonly privileged?: boolean
      /** Nothing was decided: the company's own directory, in which the account is mastered, does not answer. */
      readonly unreachable?: boolean
    }

/** Where an account is mastered: in Entra ID; on-premises, where we can write, cannot, or cannot find it out just now. */
export type MasteredAt = 'entra' | 'on-premises' | 'out-of-reach' | 'unreachable'

/** An account's door as it is told to whoever has proved that it is theirs. Times are ISO 8601. */
export type DoorSeen =
  | { readonly at: 'entra' }
  | { readonly at: 'unreachable' }
  | { readonly at: 'unproven' }
  | {
      readonly at: 'active-directory'
      readonly locked: boolean
      readonly enabled: boolean
      readonly accountExpired: boolean
      readonly passwordExpired: boolean
      readonly mustChangePassword: boolean
      readonly badPasswordCount: number
      readonly lastBadPasswordAt: string | null
    }

/** Whether a way to prove oneself can be used now. `because` is a sentence for the person. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly because: string }

export type CodeVerdict =
  | { readonly verdict: 'right'; readonly counts: boolean }
  | { readonly verdict: 'again'; readonly problem: string }
  | { readonly verdict: 'locked'; readonly sentence: string }

export interface AskedManager {
  readonly id: string
  /** The two digits the manager must pick. */
  readonly number: number
  readonly managerName: string
}

/** What an operation came to, in words that are true. */
export interface OperationReport {
  readonly state: 'done' | 'refused' | 'failed' | 'unclear'
  /** For the person: what happened and what comes next. */
  readonly sentence: string
  readonly ticketNumber: number | undefined
}

/** Somebody whom one may help; `about` tells people of one name apart: title and department. */
export interface Helped {
  readonly id: UserId
  readonly name: string
  readonly about: string
}

/** What came of making a secret for somebody else. It is shown in a window and nowhere else. */
export interface HandedOver extends OperationReport {
  readonly secret: string | undefined
  readonly kind: Delivery
  /** How long a pass is good. */
  readonly minutes: number
  /** Pressing the button once more may help. */
  readonly again: boolean
}

/** What became of asking somebody's manager to read out what is made for them. */
export interface ReadingOut {
  readonly state: 'asked' | 'shown' | 'denied' | 'expired' | 'failed'
  readonly manager: string
  /** How it ended: what was made, or that nothing was. */
  readonly sentence: string
  /** What IT was told, where the manager knew nothing of it. */
  readonly told?: { readonly number: number; readonly reached: boolean }
}

export interface TicketLine {
  readonly number: number
  readonly title: string
  readonly state: 'open' | 'closed'
  readonly outcome: string
  readonly openedAt: string
}

/**
 * All that a dialog may know and start, for one person and one dialog. Whatever changes the world is keyed by the dialog's
 * id, so that running a dialog again does nothing twice.
 */
export interface Desk extends AccessDesk, LockdownDesk {
  now(): Date
  /** `about` is whose account it is, where it is somebody else's. */
  standing(operation: OperationName, about?: UserId): Promise<Standing>

  /** Which ways to prove oneself can be used now. */
  methods(): Promise<Readonly<Record<ProofMethod, Readiness>>>
  /** Takes the authenticated chat itself as a proof. */
  proveByChannel(): Promise<void>
  /** Checks a code of the authenticator app. The code is used up or counted, never kept. */
  proveByCode(code: string): Promise<CodeVerdict>
  /** Sends the manager a card with three numbers. `key` makes it one card, however often it is asked. */
  askManager(key: string, purpose: OperationName): Promise<AskedManager | { readonly unavailable: string }>
  /** What became of it: pending until the manager picked or time ran out. A confirmation becomes a proof of this dialog. */
  managerAnswer(id: string): Promise<'pending' | 'confirmed' | 'denied' | 'expired'>
  /** The security questions to ask this person now. */
  questions(): Promise<readonly { readonly id: string; readonly text: string }[]>
  proveByAnswers(answers: Readonly<Record<string, string>>): Promise<CodeVerdict>
  /** Every question there is, and how many must be answered when setting them up. */
  questionCatalogue(): {
    readonly questions: readonly { readonly id: string; readonly text: string }[]
    readonly of: number
  }
  setAnswers(answers: Readonly<Record<string, string>>): Promise<{ ok: true } | { ok: false; problem: string }>

  /** Why a first authenticator cannot be set up in the chat the person is in; undefined where it can. */
  notEnrolledHere(): string | undefined
  /** Whether an authenticator is set up, and from when on it counts. */
  authenticator(): Promise<{ readonly state: 'none' | 'cooling-off' | 'counts'; readonly countsFrom: Date | undefined }>
  /**
   * Makes a new authenticator that waits for its first code; the proofs of this dialog decide whether it will count at once.
   * What comes back is shown in a window and nowhere else.
   */
  beginEnrolment(): Promise<
    { readonly qr: string; readonly manualKey: string; readonly account: string } | { readonly refused: string }
  >
  /** The same once more, while it waits for its first code. */
  enrolmentInHand(): Promise<{ readonly qr: string; readonly manualKey: string; readonly account: string } | undefined>
  confirmEnrolment(
    code: string,
  ): Promise<{ ok: true; countsFrom: Date; countsNow: boolean } | { ok: false; problem: string }>
  /** The manager has confirmed: the new authenticator counts from now on. */
  enrolmentConfirmedByManager(confirmationId: string): Promise<boolean>

  /** Sets a temporary password and hands it over, once, to whoever shows it. */
  /** `again`: pressing the button once more may help. */
  resetPassword(
    key: string,
  ): Promise<OperationReport & { readonly password: string | undefined; readonly again: boolean }>

  /** Whom this person may help: the first of their direct reports, and whether anybody at all (IT). */
  peopleToHelp(): Promise<{
    readonly reports: readonly Helped[]
    readonly more: boolean
    readonly anybody: boolean
  }>
  /** By name or e-mail, at most five, and only those whom the person may help. */
  findPeopleToHelp(text: string): Promise<readonly Helped[]>
  /** Undefined for somebody whom this person may not help. */
  personToHelp(id: UserId): Promise<Helped | undefined>
  /** How the one who is helped can prove themselves now. */
  waysOfPerson(about: UserId): Promise<Readonly<Record<PersonProof, Readiness>>>
  /** Checks a code that the one who is helped read out. The code is used up or counted, never kept. */
  provePersonByCode(about: UserId, code: string): Promise<CodeVerdict>
  /** Sends the one who is helped a card with three numbers, in their own chat. `key` makes it one card. */
  askPerson(
    key: string,
    about: UserId,
  ): Promise<{ readonly id: string; readonly number: number } | { readonly unavailable: string }>
  /** What became of it. A matched number becomes a proof of that person, for this dialog. */
  personAnswer(id: string): Promise<'pending' | 'confirmed' | 'denied' | 'expired'>
  /** The request is that of the one who is helped; a note says who started it. */
  openTicketFor(about: UserId, title: string): Promise<{ readonly number: number }>
  /**
   * Sets a temporary password for somebody else, or makes a pass, as the policy says; handed over once to whoever shows it: whoever
   * started it, or `shownTo` in their own chat.
   */
  resetPasswordFor(
    key: string,
    about: UserId,
    shownTo?: { readonly id: UserId; readonly name: string },
  ): Promise<HandedOver>
  /**
   * Asks the person's manager, in their own chat, to read out what is made; asking again finds what was asked.
   * `not-needed` where whoever started it is the one who is shown it.
   */
  askToReadOut(about: UserId): Promise<ReadingOut | 'not-needed' | { readonly unavailable: string }>
  /** What became of it; undefined as long as nobody was asked in this dialog. */
  readOut(): Promise<ReadingOut | undefined>

  /** Ends all sessions, blocks sign-in, tells IT. */
  protectAccount(key: string, about: string): Promise<OperationReport>

  openTicket(title: string): Promise<{ readonly number: number }>
  closeTicket(outcome: string): Promise<void>
  /** Opens a thread with IT, headed by a card in their channel. `reached` is false when there is no IT channel. */
  tellIt(incident: {
    key: string
    title: string
    urgency: 'normal' | 'high'
    /** `refused` when not given. */
    reason?: ThreadReason
    /** One a person and day, however often it happens. */
    onceADay?: boolean
    facts: readonly { title: string; value: string }[]
  }): Promise<{ readonly number: number; readonly reached: boolean }>
  myTickets(): Promise<readonly TicketLine[]>
  /** The threads that wait for IT; undefined for whoever is not IT. */
  openThreads(): Promise<OpenThreads | undefined>
  masteredAt(): Promise<MasteredAt>
  /** Looked up live. Nothing of it is told before the person has proved enough for an unlock: then it is `unproven`. */
  accountDoor(): Promise<DoorSeen>
  /**
   * Whether an operation has been begun that may have done something. `here`: by this dialog, be it in a turn that did not live to tell
   * of it. `before`: a moment ago, by another one. Nobody may then be told just that nothing was changed.
   */
  begun(operation: OperationName, about?: UserId): Promise<'here' | 'before' | 'never'>
  /** Ends a lockout on-premises. `over` is false while it still runs. */
  unlockAccount(key: string): Promise<OperationReport & { readonly over: boolean }>
}
