import { type ManagerGround, managerOf } from '../approvals/manager-of.ts'
import type { OperationRequest } from './operation.ts'

/**
 * Whether what is made for somebody is about to be shown to whom the policy names: asked of the directory now.
 * @returns what to say where it is not
 * @throws DirectoryError: unknown is never "no"
 */
export async function refuseToShow(ground: ManagerGround, request: OperationRequest): Promise<string | undefined> {
  if (request.name !== 'reset-password-for') return undefined
  const { tenant, actor, target, shownTo } = request
  const reader = shownTo?.id ?? actor
  if (ground.policy.operations[request.name].showTo !== 'manager') return reader === actor ? undefined : notTheirs
  const found = await managerOf(ground, { tenant, id: target })
  return 'manager' in found && found.manager.id === reader ? undefined : notTheirs
}

const notTheirs =
  'Whoever was to be shown it is not the one whom the policy names, or not any more, so nothing was changed. Please start again.'
