import { type ManagerGround, managerOf } from '../approvals/manager-of.ts'
import type { OperationName } from '../desk.ts'
import type { UserId } from '../identity/person.ts'
import type { Who } from '../identity/who.ts'
import type { Relation } from '../policy/decision.ts'
import { operationFacts } from '../policy/operations.ts'

/** Whether somebody belongs to IT, asked of the directory now. @throws DirectoryError */
export type IsIt = (person: Who) => Promise<boolean>

export interface RelationGround extends ManagerGround {
  readonly isIt: IsIt
}

/**
 * What somebody is to the one whose account is concerned, of what the policy lets start this operation: asked of the
 * directory now. A manager counts as they do for a confirmation, so one who was entered just now does not.
 * @throws DirectoryError: unknown is never "no"
 */
export async function relationOf(
  ground: RelationGround,
  operation: OperationName,
  actor: Who,
  target: UserId,
): Promise<Relation> {
  if (operationFacts[operation].for === 'everybody') return (await ground.isIt(actor)) ? 'it' : 'none'
  if (actor.id === target) return 'self'
  const by = ground.policy.operations[operation].by ?? []
  if (by.includes('manager') && (await managesNow(ground, actor, target))) return 'manager-of'
  if (by.includes('it') && (await ground.isIt(actor))) {
    // IT does not get into accounts of IT: with one colleague's account in hand, a second person would be no second person.
    const amongThemselves = operation === 'reset-password-for' && (await ground.isIt({ ...actor, id: target }))
    if (!amongThemselves) return 'it'
  }
  return 'none'
}

async function managesNow(ground: RelationGround, actor: Who, target: UserId): Promise<boolean> {
  const found = await managerOf(ground, { tenant: actor.tenant, id: target })
  return 'manager' in found && found.manager.id === actor.id
}
