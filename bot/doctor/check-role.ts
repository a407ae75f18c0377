import { z } from 'zod'
import { DirectoryError } from '../directory/directory-error.ts'
import { address, odataText } from '../directory/graph-address.ts'
import type { Graph } from '../directory/graph-client.ts'
import { passwordRole, passwordRoles } from '../directory/permissions.ts'
import type { Finding } from './finding.ts'
import { assignRole } from './fixes.ts'

const assignment = z.object({
  principalId: z.string(),
  roleDefinitionId: z.string(),
  directoryScopeId: z.string().nullish(),
})
const what = `Entra role for password resets (${passwordRole})`
const adviser = passwordRoles.find(({ name }) => name === passwordRole)?.templateId ?? ''

/**
 * Whether the application itself holds a role that lets it reset passwords. Microsoft's pages disagree on whether the
 * permission alone is enough (learn.microsoft.com/graph/api/user-update), so a role is asked for, and one that is too
 * strong is named.
 * @param objectId of the service principal: the token's `oid`
 */
export async function checkPasswordRole(graph: Graph, objectId: string | undefined): Promise<Finding> {
  const fix = assignRole(objectId, adviser)
  if (objectId === undefined)
    return { status: 'warning', what, why: 'the token does not say who the application is (no oid)', fix }
  const query = { $filter: `principalId eq ${odataText(objectId)}` }
  const path = address(['roleManagement', 'directory', 'roleAssignments'], query)
  const held: z.infer<typeof assignment>[] = []
  try {
    for await (const page of graph.pages(path, assignment, { title: 'GET /roleManagement/directory/roleAssignments' }))
      held.push(...page.filter((one) => one.principalId.toLowerCase() === objectId.toLowerCase()))
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return { status: 'warning', what, why: `it cannot be seen whether the application has it: ${error.detail}`, fix }
  }
  const roles = passwordRoles.filter(({ templateId }) => held.some((one) => one.roleDefinitionId === templateId))
  const strongest = roles.at(-1)?.name
  if (strongest === undefined)
    return { status: 'missing', what, why: 'the application holds none; password resets may end in 403', fix }
  if (strongest === 'Global Administrator' || strongest.startsWith('Privileged'))
    return {
      status: 'unneeded',
      what,
      why: `the application is ${strongest}: far more than it needs`,
      fix: `${fix}\nand remove ${strongest}`,
    }
  const scopes = held
    .filter((one) => roles.some(({ templateId }) => templateId === one.roleDefinitionId))
    .map((one) => one.directoryScopeId ?? '/')
  const where = scopes.includes('/')
    ? ''
    : `, but only at ${scopes.join(', ')}: passwords of people elsewhere are refused`
  return { status: where === '' ? 'ok' : 'warning', what, why: `the application is ${strongest}${where}` }
}
