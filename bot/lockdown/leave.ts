import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import { listOfDialog } from '../identity/proofs.ts'
import type { Who } from '../identity/who.ts'
import { stillTheirManager } from '../operations/prepare-account.ts'
import { relationOf } from '../operations/relation.ts'
import { decide } from '../policy/decide.ts'
import type { Approval, Decision } from '../policy/decision.ts'
import type { OperationName } from '../policy/operation-name.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import { settledProofs } from './settled-proofs.ts'

export interface LeaveGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly directory: Directory
  readonly policy: Policy
  /** Asked of the directory now. @throws DirectoryError */
  readonly isIt: (who: Who) => Promise<boolean>
}

/**
 * Whether somebody may have a lockdown put in force or lifted, as the policy says, on what the directory says now. That it takes
 * a second person is a part of it: without an approval of somebody else the answer is `need-approval`.
 * @param dialogId whose proofs count; null where there is no conversation
 * @throws DirectoryError: unknown is never "yes"
 */
export async function leaveOf(
  ground: LeaveGround,
  by: Who & { readonly dialogId: string | null },
  operation: OperationName,
  approvals: readonly Approval[],
): Promise<Decision> {
  const { database, directory, policy, clock } = ground
  const { tenant, id, dialogId } = by
  const given = dialogId === null ? [] : await listOfDialog(database, dialogId, by)
  const [user, relation, standing] = await Promise.all([
    directory.user(id),
    relationOf(ground, operation, by, id),
    stillTheirManager(directory, id, given),
  ])
  // Whoever the lockdown is against may have set up the authenticator with which they would lift it.
  const proofs = await settledProofs(ground, 'freeze', standing)
  const { accountEnabled, userType, sourceOfAuthority } = user
  const account = { id, tenant, accountEnabled, guest: userType === undefined ? undefined : userType === 'Guest' }
  return decide(policy, {
    operation,
    person: account,
    // It is about nobody's account.
    target: { ...account, privileged: 'unknown', sourceOfAuthority },
    relation,
    proofs,
    approvals,
    usage: { today: 0 },
    // Never keeps anybody from either.
    lockdown: 'open',
    now: clock(),
  })
}
