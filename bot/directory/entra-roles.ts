import { z } from 'zod'
import { guid } from '../identity/person.ts'
import { address, odataText } from './graph-address.ts'
import type { Graph } from './graph-client.ts'
import { GraphAnswerError } from './graph-errors.ts'

const assignment = z.object({
  principalId: guid,
  roleDefinitionId: z.string(),
  directoryScopeId: z.string().nullish(),
  roleDefinition: z.object({ displayName: z.string().nullish() }).nullish(),
})

/** The directory roles a person or group holds itself, in words for IT: those in force, and those that may be activated (PIM). */
export async function rolesOf(graph: Graph, principal: string): Promise<string[]> {
  const found = await Promise.all([
    roles(graph, principal, 'roleAssignments'),
    roles(graph, principal, 'roleEligibilitySchedules'),
  ])
  return found.flat()
}

/**
 * Assignments in force, or those that may be activated. A tenant without the P2 licence has no eligible ones and says
 * so with 400 AadPremiumLicenseRequired: that is an answer, not a failure.
 */
async function roles(
  graph: Graph,
  principal: string,
  kind: 'roleAssignments' | 'roleEligibilitySchedules',
): Promise<string[]> {
  const title = `GET /roleManagement/directory/${kind}`
  const query = { $filter: `principalId eq ${odataText(principal)}`, $expand: 'roleDefinition' }
  const word = kind === 'roleAssignments' ? 'role assignment' : 'eligible role'
  const because: string[] = []
  try {
    const path = address(['roleManagement', 'directory', kind], query)
    for await (const page of graph.pages(path, assignment, { title }))
      for (const one of page) {
        // A filter that the server did not apply would make everybody an administrator, or nobody.
        if (one.principalId !== principal) continue
        const scope = one.directoryScopeId ?? '/'
        const name = one.roleDefinition?.displayName ?? one.roleDefinitionId
        because.push(`${word}: ${name}${scope === '/' ? '' : ` at ${scope}`}`)
      }
  } catch (error) {
    const noLicence = error instanceof GraphAnswerError && error.vendorCode === 'AadPremiumLicenseRequired'
    if (kind === 'roleAssignments' || !noLicence) throw error
  }
  return because
}
