#Requires -Version 5.1
#Requires -PSEdition Desktop

<#
.SYNOPSIS
Replaces the program of an installed agent. Its key, its journal and its settings stay.
.DESCRIPTION
Copies the new release beside the old one, stops the agent, changes them, has the doctor look, and starts it. Where the doctor finds
something missing that was not missing before, the old release is put back.
.PARAMETER SourcePath
The new release: a folder of HelpBot in which `npm ci` was run.
.PARAMETER NodePath
A newer node.exe. The installed one stays when it is left out.
.PARAMETER Restart
Replaces nothing: stops, has the doctor look, and starts. For after a change of agent.yaml.
.PARAMETER NewBindPassword
Gives the bind account a new password that nobody knows. Needs the right to do that, and the Active Directory module.
.PARAMETER DataPath
Where settings, keys, journal and logs are.
.EXAMPLE
.\Update-HelpBotAgent.ps1 -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $SourcePath = (Split-Path (Split-Path $PSScriptRoot)),
    [string] $NodePath,
    [switch] $Restart,
    [switch] $NewBindPassword,
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

function Switch-Release {
    <#
    .SYNOPSIS
    Puts one release in the place of another, which is kept under a name of its own.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $Fresh,
        [Parameter(Mandatory)] [string] $Place,
        [Parameter(Mandatory)] [string] $Kept
    )
    if (-not $PSCmdlet.ShouldProcess($Place, "replace it by $Fresh, and keep it as $Kept")) { return }
    if (Test-Path -LiteralPath $Kept) { Remove-Item -LiteralPath $Kept -Recurse -Force }
    Move-Item -LiteralPath $Place -Destination $Kept
    Move-Item -LiteralPath $Fresh -Destination $Place
}

$installed = Read-HelpBotInstallation -DataPath $DataPath
$service = New-Object System.Security.Principal.SecurityIdentifier $installed.ServiceSid
$path = $installed.InstallPath
$node = Join-Path $path 'node\node.exe'
Assert-HelpBotPrerequisite -NodePath $(if ($NodePath) { $NodePath } else { $node }) -NeedsDirectory:$NewBindPassword
$common = @{ TaskName = $installed.TaskName; InstallPath = $path; DataPath = $DataPath; Service = $service }
$app = Join-Path $path 'app'
$fresh = Join-Path $path 'app-new'
$kept = Join-Path $path 'app-before'

if ($NewBindPassword) {
    $password = New-HelpBotPassword
    $server = (Get-ADDomain).PDCEmulator
    if ($PSCmdlet.ShouldProcess($installed.BindAccount, 'give the bind account a new password')) {
        Set-ADAccountPassword -Identity $installed.BindAccount -Server $server -Reset -NewPassword $password
    }
    # Should this fail, run it again: the agent cannot bind until it went through.
    Save-HelpBotSecret -Path (Join-Path $DataPath 'bind-password') -Secret $password -Service $service -WhatIf:$WhatIfPreference
    Write-Step "The bind account $($installed.BindAccount) has a new password."
}

$before = Invoke-HelpBotOrder @common -Order 'doctor' -WhatIf:$WhatIfPreference
$replace = -not ($Restart -or $NewBindPassword)
if ($replace) {
    Copy-HelpBotProgram -SourcePath $SourcePath -NodePath $node -Destination $fresh -WhatIf:$WhatIfPreference
    Stop-HelpBotTask -TaskName $installed.TaskName -InstallPath $path -WhatIf:$WhatIfPreference
    Switch-Release -Fresh $fresh -Place $app -Kept $kept -WhatIf:$WhatIfPreference
    if ($PSCmdlet.ShouldProcess($path, 'copy the script that the task runs, and Node where a newer one is named')) {
        Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'Start-HelpBotAgent.ps1') -Destination $path -Force
        Unblock-File -LiteralPath (Join-Path $path 'Start-HelpBotAgent.ps1')
        if ($NodePath) { Copy-Item -LiteralPath $NodePath -Destination $node -Force }
    }
    Write-Step "Replaced the program by that of $SourcePath. Key, journal and settings are as they were."
}

$after = if ($replace) { Invoke-HelpBotOrder @common -Order 'doctor' -WhatIf:$WhatIfPreference } else { $before }
if ($after) { foreach ($line in $after.Lines) { Write-Step $line } }
if ($replace -and $after -and -not $after.Good -and $before -and $before.Good) {
    Switch-Release -Fresh $kept -Place $app -Kept (Join-Path $path 'app-refused') -WhatIf:$WhatIfPreference
    Start-HelpBotTask -TaskName $installed.TaskName -DataPath $DataPath -WhatIf:$WhatIfPreference
    throw 'The new release lacks something that the old one did not: the old one is back and runs. See the lines above that begin with "missing".'
}
Start-HelpBotTask -TaskName $installed.TaskName -DataPath $DataPath -WhatIf:$WhatIfPreference
if ($after -and -not $after.Good) {
    throw 'The agent runs, and something that it needs is missing, as it was before: see the lines above that begin with "missing".'
}
Write-Step 'Done.'
