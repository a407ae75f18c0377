import { stableId } from './ids.ts'
import type { DirectoryRole } from './model.ts'

/** Built-in roles by template id (learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference). */
const templates = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'Privileged Role Administrator': 'e8611ab8-c189-46e8-94e1-60213ab1f814',
  'Privileged Authentication Administrator': '7be44c8a-adaf-4e2a-84d6-ab2649e08a13',
  'Authentication Administrator': 'c4e39bd9-1100-46d3-8c65-fb160da0071f',
  'User Administrator': 'fe930be7-5e62-47db-91af-98c3a49a38b1',
  'Helpdesk Administrator': '729827e3-9c14-49f7-bb1b-9608f156bbb8',
  'Groups Administrator': 'fdd7a751-b60b-444a-984c-02652fe8fa1c',
  'Exchange Administrator': '29232cdf-9323-42fd-ade2-1d097af3e4de',
  'Directory Readers': '88d8e3e3-8f55-4a1e-953a-9b9898b8876b',
} as const

export type RoleName = keyof typeof templates

/** The roles of the practice tenant, every one of them activated. */
export const directoryRoles: readonly DirectoryRole[] = Object.entries(templates).map(([displayName, template]) => ({
  id: stableId(`role: ${displayName}`),
  roleTemplateId: template,
  displayName,
}))

/** The role of this name, template id or tenant id; undefined when there is none. */
export function findRole(nameOrId: string): DirectoryRole | undefined {
  return directoryRoles.find(
    (role) => role.displayName === nameOrId || role.roleTemplateId === nameOrId || role.id === nameOrId,
  )
}
