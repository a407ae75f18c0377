#Requires -Version 5.1
#Requires -PSEdition Desktop

<#
.SYNOPSIS
Removes the on-premises agent of HelpBot from this machine. Asks before.
.DESCRIPTION
Stops the agent, removes the task, the source of events and the program. Settings, key and journal, the rights in the directory and the
bind account are removed only when that is asked for. Afterwards revoke the agent at the bot: npm run agents -- revoke ID
.PARAMETER RemoveData
Removes agent.yaml, the key, the journal and the logs, too.
.PARAMETER RemoveGrants
Takes away exactly the rights that were given in the units. Not while another agent binds with the same account.
.PARAMETER RemoveBindAccount
Deletes the bind account, where the installation made it. Not while another agent binds with it.
.PARAMETER DataPath
Where settings, keys, journal and logs are.
.EXAMPLE
.\Uninstall-HelpBotAgent.ps1 -RemoveData -RemoveGrants -RemoveBindAccount -WhatIf
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [switch] $RemoveData,
    [switch] $RemoveGrants,
    [switch] $RemoveBindAccount,
    [string] $DataPath = (Join-Path $env:ProgramData 'HelpBot Agent')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'HelpBotAgent.psm1') -Force -Verbose:$false

function Write-Step {
    <#
    .SYNOPSIS
    Says what was done.
    #>
    param([Parameter(Mandatory)] [string] $Message)
    Write-HelpBotLog -Message $Message -DataPath $DataPath -WouldBe:$WhatIfPreference
}

$installed = Read-HelpBotInstallation -DataPath $DataPath
$needsDirectory = $RemoveGrants -or $RemoveBindAccount
Assert-HelpBotPrerequisite -NodePath (Join-Path $installed.InstallPath 'node\node.exe') -NeedsDirectory:$needsDirectory
if ($needsDirectory -and -not $installed.BindSid) { throw 'The rights were given by somebody else (-SkipDirectory): they have to be taken away by them.' }
if ($RemoveBindAccount -and -not $installed.BindAccountMade) { throw "$($installed.BindAccount) was there before the agent: delete it by hand if nothing else needs it." }

$what = "the agent, its task and its program$(if ($RemoveData) { '; its key, journal and settings' })$(if ($RemoveGrants) { '; the rights of ' + $installed.BindAccount })$(if ($RemoveBindAccount) { '; the account ' + $installed.BindAccount })"
if (-not $PSCmdlet.ShouldProcess($env:COMPUTERNAME, "remove $what") -and -not $WhatIfPreference) { return }

Stop-HelpBotTask -TaskName $installed.TaskName -InstallPath $installed.InstallPath -WhatIf:$WhatIfPreference
Unregister-HelpBotTask -TaskName $installed.TaskName -WhatIf:$WhatIfPreference
Unregister-HelpBotEventSource -WhatIf:$WhatIfPreference
Write-Step 'The task and the source of events are gone.'

if ($RemoveGrants) {
    $server = (Get-ADDomain).PDCEmulator
    $account = New-Object System.Security.Principal.SecurityIdentifier $installed.BindSid
    foreach ($unit in @($installed.UsersOU)) {
        Remove-HelpBotGrant -Unit $unit -Grants @(Get-HelpBotGrant -On 'users') -Account $account -Server $server -WhatIf:$WhatIfPreference
    }
    foreach ($unit in @($installed.GroupsOU)) {
        Remove-HelpBotGrant -Unit $unit -Grants @(Get-HelpBotGrant -On 'groups') -Account $account -Server $server -WhatIf:$WhatIfPreference
    }
    foreach ($unit in @($installed.LeaverOU)) {
        Remove-HelpBotGrant -Unit $unit -Grants @(Get-HelpBotGrant -On 'users' -OnlyTarget) -Account $account -Server $server -WhatIf:$WhatIfPreference
    }
    Write-Step "The rights of $($installed.BindAccount) are taken away."
}
if ($RemoveBindAccount -and $PSCmdlet.ShouldProcess($installed.BindAccount, 'delete the bind account')) {
    Remove-ADUser -Identity $installed.BindSid -Server (Get-ADDomain).PDCEmulator -Confirm:$false
    Write-Step "The bind account $($installed.BindAccount) is deleted."
}

if ($PSCmdlet.ShouldProcess($installed.InstallPath, 'remove the program')) {
    Remove-Item -LiteralPath $installed.InstallPath -Recurse -Force
}
Write-Step 'Done. At the bot: npm run agents -- list shows its ID, npm run agents -- revoke ID ends what it may do.'
if ($RemoveData) {
    if ($PSCmdlet.ShouldProcess($DataPath, 'remove settings, key, journal and logs')) {
        Remove-Item -LiteralPath $DataPath -Recurse -Force
    }
} else {
    Write-Step "Settings, key and journal stay in $DataPath."
}
