import type { GroupId, UserId } from '../../identity/person.ts'

/** How much harm could be done with it. `high`: approvers prove themselves at the click, and no subordinate of the asker approves. */
export type Risk = 'low' | 'medium' | 'high'

/** Where approvers come from. The manager is the one of whoever gets access; the owners are those of the group that is asked for. */
export type Source = 'manager' | 'owners' | `group:${GroupId}` | `person:${UserId}`

/** So many different people of one source must say yes. */
export interface Panel {
  readonly from: Source
  readonly need: number
}

/** Panels that are asked at the same time; every one of them must be satisfied. Stages come one after the other. */
export type Stage = readonly Panel[]

/** Something that people can ask for: one group, in words of the people who use it. */
export interface Entry {
  /** What requests and grants remember; never reused for something else. */
  readonly key: string
  /** What people call it. Several entries may belong to one system: its roles. */
  readonly system: string
  readonly title: string
  /** In plain words, what one can do with it. */
  readonly opens: string
  readonly group: GroupId
  /** Other words for it, by its owners. */
  readonly keywords: readonly string[]
  readonly risk: Risk
  /** 1 to 5. */
  readonly approvals: readonly Stage[]
  /** Milliseconds; undefined = it may be permanent. */
  readonly longest: number | undefined
  /** Milliseconds, shortest first: what is offered on buttons. None is longer than `longest`. */
  readonly presets: readonly number[]
  /** Who may see that it exists: members of any of these groups, nested included. */
  readonly visibleTo: 'everybody' | readonly GroupId[]
}

/** Two entries that nobody should have at once. */
export interface Conflict {
  readonly between: readonly [string, string]
  readonly why: string
  /** Refused; or one more stage must say yes, after all others. */
  readonly then: 'refuse' | { readonly approval: Stage }
}

/** Contractors: accounts with an end date. Left out: there are none. */
export interface ContractRules {
  /** Members of these groups may be contractors. */
  readonly groups: readonly GroupId[]
  /** Whether every guest of the tenant may be one. */
  readonly guests: boolean
  /** Milliseconds. */
  readonly longest: number
  readonly approvals: readonly Stage[]
  /** Milliseconds that remain when the sponsor is gone and nobody has taken over. */
  readonly withoutSponsor: number
}

/** All that can be asked for. Frozen. */
export interface Catalogue {
  readonly entries: readonly Entry[]
  readonly conflicts: readonly Conflict[]
  readonly contracts: ContractRules | undefined
  /** Twelve hexadecimal digits of the SHA-256 of what it says. */
  readonly version: string
}
