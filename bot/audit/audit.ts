import type { Transaction } from 'kysely'
import type { TenantId, UserId } from '../identity/person.ts'
import type { ProofMethod } from '../identity/proof.ts'
import type { Schema } from '../store/schema.ts'

/** What an auditor asks of each row: who, what, when, why, approved by whom, outcome. Never a secret, never a typed answer. */
export interface AuditEvent {
  /** `intent` before a change, `outcome` after it, `event` for what changes no directory (a factor enrolled, a refusal, a sign of attack). */
  readonly kind: 'intent' | 'outcome' | 'event'
  /** verb-object: `reset-password`, `enrol-totp`, `verify-totp`. */
  readonly action: string
  readonly tenant: TenantId
  /** Who asked; `helpbot` for jobs. */
  readonly actor: UserId | 'helpbot'
  /** Whose object is concerned. */
  readonly target: UserId
  readonly correlationId: string
  /** Ties intent and outcome together, and makes a repeated write harmless: unique with `kind`. */
  readonly operationId?: string
  readonly why?: string
  readonly proofs?: readonly { readonly method: ProofMethod; readonly at: string; readonly confirmedBy?: UserId }[]
  readonly policyVersion?: string
  readonly outcome?: 'done' | 'refused' | 'failed' | 'unclear'
  /** Facts for IT: error code, reasons, Graph request ids. Strings only, each at most 500 characters. */
  readonly detail?: Readonly<Record<string, string>>
}

export interface AuditRow {
  /** From 1, no gaps. */
  readonly seq: number
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string
  readonly event: AuditEvent
  readonly previousHash: string
  readonly hash: string
}

/** Writes and reads the trail. */
export interface Audit {
  /** Appends and commits one event; an event with the same operationId and kind is returned as it stands, not written twice. */
  append(event: AuditEvent): Promise<AuditRow>
  /** The same within a transaction of the caller's: both are committed or neither. */
  appendWithin(transaction: Transaction<Schema>, event: AuditEvent): Promise<AuditRow>
}
