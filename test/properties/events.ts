import type { Replica } from './replica.ts'

/** What may follow a request, and how often. */
export const weights = {
  ...{ approve: 46, deny: 3, withdraw: 3, shorten: 6, extend: 6, delegate: 4, 'hand-back': 6, question: 2 },
  ...{ 'ask-again': 6, redeliver: 8, 'approve-as-other': 4, 'approve-old-card': 2, 'approve-own': 3 },
  ...{
    'not-reached': 2,
    'go-away': 1,
    leave: 2,
    tamper: 2,
    'administrator-removes': 2,
    'administrator-adds': 2,
    wait: 6,
  },
} as const
export type EventKind = keyof typeof weights | 'ask'

/** What somebody does on a replica; true = it was let happen. */
export type Deed = (replica: Replica) => Promise<boolean>
