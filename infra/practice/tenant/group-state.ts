import type { CompanyGroup } from '../company/model.ts'

/** What the directory holds of a group. */
export interface GroupState {
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly mail: string | null
  readonly roleAssignable: boolean
  readonly dynamic: boolean
  readonly unified: boolean
  readonly synced: boolean
  /** Ids of users and groups: direct members. */
  readonly members: readonly string[]
  readonly owners: readonly string[]
}

/** A group as the directory holds it. */
export function groupState(group: CompanyGroup): GroupState {
  return {
    id: group.id,
    displayName: group.displayName,
    description: group.description,
    mail: group.mail,
    roleAssignable: group.isAssignableToRole === true,
    dynamic: group.groupTypes.includes('DynamicMembership'),
    unified: group.groupTypes.includes('Unified'),
    synced: group.onPremisesSyncEnabled === true,
    members: [...group.members],
    owners: [...group.owners],
  }
}
