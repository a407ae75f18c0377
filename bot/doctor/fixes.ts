import { passwordRole } from '../directory/permissions.ts'

/** Graph's own application id, the same in every tenant and cloud. */
const graphAppId = '00000003-0000-0000-c000-000000000000'

/** How to give the application a permission: the portal's path, and Graph PowerShell that finds ids by name. */
export function grantPermission(name: string, clientId: string): string {
  return [
    `entra.microsoft.com › App registrations › your application › API permissions › Add a permission › Microsoft Graph › Application permissions › ${name} › Add; then Grant admin consent. Or, in Graph PowerShell:`,
    'Connect-MgGraph -Scopes Application.Read.All, AppRoleAssignment.ReadWrite.All',
    `$app = Get-MgServicePrincipal -Filter "appId eq '${clientId}'"; $graph = Get-MgServicePrincipal -Filter "appId eq '${graphAppId}'"`,
    `$role = $graph.AppRoles | Where-Object { $_.Value -eq '${name}' -and $_.AllowedMemberTypes -contains 'Application' }`,
    'New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $app.Id -PrincipalId $app.Id -ResourceId $graph.Id -AppRoleId $role.Id',
  ].join('\n')
}

/** How to take a permission away. */
export function revokePermission(name: string): string {
  return `entra.microsoft.com › App registrations › your application › API permissions › … beside ${name} › Revoke admin consent, then Remove permission`
}

/** How to give the application the role that lets it reset passwords. */
export function assignRole(objectId: string | undefined, templateId: string): string {
  return [
    `entra.microsoft.com › Roles & admins › ${passwordRole} › Add assignments › your application. Or, in Graph PowerShell:`,
    'Connect-MgGraph -Scopes RoleManagement.ReadWrite.Directory',
    `New-MgRoleManagementDirectoryRoleAssignment -PrincipalId ${objectId ?? 'OBJECT-ID-OF-THE-ENTERPRISE-APPLICATION'} -RoleDefinitionId ${templateId} -DirectoryScopeId /`,
  ].join('\n')
}
