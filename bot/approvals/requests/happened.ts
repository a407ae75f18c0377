import type { Ask, Lasts, Named, Question, RequestState } from './request.ts'

/** Somebody who may approve, found in the directory just now; `as` says in what capacity. */
export interface Approver extends Named {
  readonly as: string
}

/** What looking for the approvers of a panel came to; `lacking` says why there are fewer than needed. */
export interface FoundPanel {
  readonly approvers: readonly Approver[]
  readonly lacking: string | undefined
}

/** Something that happens to a request. Whoever did it has been checked against the directory before. */
export type Happened =
  /** The approvers of the stage that is being asked. One entry a panel. */
  | { readonly kind: 'found'; readonly panels: readonly FoundPanel[] }
  /** `hash` is of the terms that the approver's card showed; `shorter` approves for less than that. */
  | {
      readonly kind: 'approved'
      readonly ask: string
      readonly hash: string
      readonly shorter?: Lasts
      readonly proof?: Ask['proof']
    }
  | { readonly kind: 'denied'; readonly ask: string; readonly reason: string }
  | { readonly kind: 'asked'; readonly ask: string; readonly id: string; readonly text: string }
  | { readonly kind: 'answered'; readonly question: string; readonly text: string }
  | { readonly kind: 'delegated'; readonly ask: string; readonly to: Approver }
  /** After silence, or because the approver cannot be reached; without `to` there is nobody to hand over to. */
  | {
      readonly kind: 'handed-over'
      readonly ask: string
      readonly because: 'silence' | 'unreachable'
      readonly to: Approver | undefined
    }
  | { readonly kind: 'reminded'; readonly ask: string }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'expired' }
  /** `why` is a sentence for the requester. */
  | { readonly kind: 'voided'; readonly why: string }

/** What must be told, and what must be done next, because of a step. */
export type News =
  /** The stage begins: somebody must look for its approvers. */
  | { readonly kind: 'look-for-approvers' }
  | { readonly kind: 'ask'; readonly ask: Ask }
  | { readonly kind: 'remind'; readonly ask: Ask }
  /** This card is over. */
  | { readonly kind: 'close'; readonly ask: Ask; readonly sentence: string }
  /** Cards that are open show something else now: the terms, a question, an answer, how many said yes. */
  | { readonly kind: 'redraw'; readonly ask: Ask }
  | { readonly kind: 'question'; readonly question: Question; readonly from: Named }
  | { readonly kind: 'answer'; readonly question: Question; readonly to: Named }
  /** The requester hears how far it is. */
  | { readonly kind: 'progress'; readonly sentence: string }
  | { readonly kind: 'ended'; readonly state: Exclude<RequestState, 'open'>; readonly sentence: string }

/** Times by which a request lives, from the policy; milliseconds, and only those of working days count where `working` says so. */
export interface TimeRules {
  /** After how long without an answer an approver is reminded, each counted from when they were asked. */
  readonly remindAfter: readonly number[]
  readonly handOverAfter: number
  /** The moment that lies so many milliseconds of working days after another. */
  readonly working: (from: Date, milliseconds: number) => Date
}
