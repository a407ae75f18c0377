import { randomUUID } from 'node:crypto'
import type { AuditEvent } from '../../../bot/audit/audit.ts'
import { genesisHash, hashRow } from '../../../bot/audit/chain.ts'
import { toJsonLines } from '../../../bot/audit/export.ts'
import type { StoredRow } from '../../../bot/audit/rows.ts'
import { tenantId, userId } from '../../../bot/identity/person.ts'

export const tenant = tenantId.parse('11111111-1111-4111-8111-111111111111')
export const ada = userId.parse('22222222-2222-4222-8222-222222222222')
export const grace = userId.parse('33333333-3333-4333-8333-333333333333')

/** What is written before a password reset, with a new operation. */
export function intent(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    kind: 'intent',
    action: 'reset-password',
    tenant,
    actor: ada,
    target: ada,
    correlationId: randomUUID(),
    operationId: randomUUID(),
    why: 'forgot the password',
    proofs: [{ method: 'manager', at: '2026-01-05T07:59:00.000Z', confirmedBy: grace }],
    policyVersion: 'sha256:0123',
    detail: { requestId: 'a1', reason: 'Größe: 漢字 "quoted" \\ 😀' },
    ...changes,
  }
}

/** A chain that holds, made without a database. */
export function chainOf(length: number): StoredRow[] {
  const rows: StoredRow[] = []
  for (let seq = 1; seq <= length; seq += 1) {
    const at = new Date(Date.UTC(2026, 0, 5, 8, 0, seq)).toISOString()
    const unhashed = { seq, at, event: intent(), previousHash: rows.at(-1)?.hash ?? genesisHash }
    rows.push({ ...unhashed, hash: hashRow(unhashed) })
  }
  return rows
}

export async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

/** The text of an export of these rows. */
export async function exportText(rows: Iterable<StoredRow>): Promise<string> {
  return (await Array.fromAsync(toJsonLines(each(rows)))).join('')
}
