#Requires -Version 5.1
#Requires -PSEdition Desktop

<#
.SYNOPSIS
Installs the on-premises agent of HelpBot on this machine.
.DESCRIPTION
Makes the folders, the bind account with exactly the rights that the wanted operations need, agent.yaml, the source of events and the
task that runs the agent; enrols it; and has the agent's own doctor look at everything. Opens nothing in the firewall: the agent dials
out. May be run again: what is there stays, what is missing is added. Stops at the first thing that does not work.
.PARAMETER BotUrl
The bot's address for agents: wss://helpbot.example.com/agent
.PARAMETER EnrolmentCode
From `npm run agents -- code` where the bot runs; good for 15 minutes. Asked for when it is left out.
.PARAMETER DomainController
LDAPS addresses, the preferred one first: ldaps://dc1.corp.example.com
.PARAMETER UsersOU
Units of people in which the agent may do the wanted operations.
.PARAMETER GroupsOU
Units of groups whose members the agent may change.
.PARAMETER LeaverOU
A unit that accounts may only be moved to.
.PARAMETER Operations
What the agent may do. Nothing that is not named is given, neither in the directory nor in the agent's policy.
.PARAMETER ReadBase
Bases that the bot may be shown. The units above when it is left out.
.PARAMETER NeverTouch
Groups, by SID or distinguished name, whose members are never changed. Administrators never are.
.PARAMETER ServiceAccount
What runs the agent: a group managed service account (DOMAIN\name$), or a plain account, whose password is asked for.
.PARAMETER BindAccount
Name of the account that the agent binds with. Made when it is not there; its password is asked for when it is.
.PARAMETER BindAccountPath
The container that it is made in. Not one of the units above.
.PARAMETER BindPassword
Of a bind account that is there already. Asked for when it is left out.
.PARAMETER ServicePassword
Of a plain service account. Asked for when it is left out.
.PARAMETER BotCa
PEM file of the authority of the bot's certificate, where it is one of your own or a proxy opens TLS.
.PARAMETER ControllerCa
PEM file of the authority of the domain controllers' certificates, where this machine does not trust it.
.PARAMETER Proxy
HTTP proxy for the way to the bot: http://proxy.example.com:3128
.PARAMETER SkipDirectory
Makes no account and gives no rights: shows the commands instead, for somebody else to run.
.PARAMETER EnrolAgain
Also where this agent belongs to a bot already.
.PARAMETER SourcePath
The release: a folder of HelpBot in which `npm ci` was run.
.PARAMETER NodePath
node.exe of Node 24. By default the one in the folder node of the release, or on the path.
.PARAMETER InstallPath
Where the program goes.
.PARAMETER DataPath
Where settings, keys, journal and logs go.
.PARAMETER TaskName
Of the task. Another one for a second agent on the same machine, with folders of its own.
.EXAMPLE
.\Install-HelpBotAgent.ps1 -BotUrl wss://helpbot.example.com/agent -DomainController ldaps://dc1.corp.example.com -UsersOU 'OU=People,DC=corp,DC=example,DC=com' -Operations reset-password, unlock -ServiceAccount 'CORP\helpbot-svc$' -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [ValidatePattern('^wss://')] [string] $BotUrl,
    [securestring] $EnrolmentCode,
    [Parameter(Mandatory)] [ValidatePattern('^ldaps://')] [string[]] $DomainController,
    [string[]] $UsersOU = @(),
    [string[]] $GroupsOU = @(),
    [string] $LeaverOU,
    [Parameter(Mandatory)] [ValidateSet('reset-password', 'unlock', 'set-enabled', 'add-member', 'remove-member', 'set-attributes', 'create-user', 'move')] [string[]] $Operations,
    [string[]] $ReadBase,
    [string[]] $NeverTouch = @(),
    [Parameter(Mandatory)] [string] $ServiceAccount,
    [string] $BindAccount = 'helpbot-agent',
    [string] $BindAccountPath,
    [securestring] $BindPassword,
    [securestring] $ServicePassword,
    [string] $BotCa,
    [string] $ControllerCa,
    [ValidatePattern('^$|^https?://')] [string] $Proxy,
    [switch] $SkipDirectory,
    [switch] $EnrolAgain,
    [string] $SourcePath = (Split-Path (Split-Path $PSScriptRoot)),
    [string] $NodePath,
    [string] $InstallPath = (Join-Path $env:ProgramFiles 'HelpBot Agent'),
    [string] $DataPath = (Join-Path $env:ProgramData 'HelpBot Agent'),
    [string] $TaskName = 'HelpBot Agent'
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

# What does not go together is said before anything is done.
$ofPeople = @($Operations | Where-Object { $_ -notin 'add-member', 'remove-member' })
$ofGroups = @($Operations | Where-Object { $_ -in 'add-member', 'remove-member' })
if ($ofPeople.Count -gt 0 -and $UsersOU.Count -eq 0) { throw "-UsersOU is needed for $($ofPeople -join ', ')." }
if ($ofGroups.Count -gt 0 -and $GroupsOU.Count -eq 0) { throw "-GroupsOU is needed for $($ofGroups -join ', ')." }
if ($LeaverOU -and $Operations -notcontains 'move') { throw '-LeaverOU is a target of moves: name the operation move as well.' }

if (-not $NodePath) {
    $bundled = Join-Path $SourcePath 'node\node.exe'
    $onPath = Get-Command -Name 'node.exe' -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    $NodePath = if (Test-Path -LiteralPath $bundled) { $bundled } elseif ($onPath) { $onPath.Source } else { $bundled }
}
Assert-HelpBotPrerequisite -NodePath $NodePath -NeedsDirectory:(-not $SkipDirectory)
$service = Resolve-HelpBotSid -Account $ServiceAccount
$managed = $ServiceAccount.EndsWith('$')
if ($managed -and -not $SkipDirectory -and -not (Test-ADServiceAccount -Identity ($ServiceAccount -replace '^.*\\', ''))) {
    throw "This machine may not use $ServiceAccount. Add it to PrincipalsAllowedToRetrieveManagedPassword, restart, and run this again."
}

# Folders. The account that runs the agent reads its settings and cannot change them.
New-HelpBotFolder -Path $DataPath -Service $service -Rights 'ReadAndExecute' -WhatIf:$WhatIfPreference
foreach ($folder in 'agent-data', 'logs', 'orders') {
    New-HelpBotFolder -Path (Join-Path $DataPath $folder) -Service $service -Rights 'Modify' -WhatIf:$WhatIfPreference
}
Write-Step "Folders below $DataPath are for administrators and $ServiceAccount alone."

# The bind account and its rights: per unit, exactly the entries that the wanted operations need.
$places = @(
    $UsersOU | ForEach-Object { @{ Unit = $_; Grants = @(Get-HelpBotGrant -On 'users' -Operations $Operations) } }
    $GroupsOU | ForEach-Object { @{ Unit = $_; Grants = @(Get-HelpBotGrant -On 'groups' -Operations $Operations) } }
    if ($LeaverOU) { @{ Unit = $LeaverOU; Grants = @(Get-HelpBotGrant -On 'users' -Operations 'move' -OnlyTarget) } }
)
$made = $false
$bindSid = $null
$server = $null
if ($SkipDirectory) {
    $domain = $env:USERDNSDOMAIN
    if (-not $domain) { throw 'This machine is in no domain: run this where USERDNSDOMAIN is set.' }
    $bindName = "$BindAccount@$($domain.ToLowerInvariant())"
    Write-Step 'Nothing is changed in the directory. Somebody who may has to make the bind account, and run:'
    foreach ($place in $places) {
        foreach ($grant in $place.Grants) { Write-Step ('  ' + (Get-HelpBotGrantCommand -Grant $grant -Unit $place.Unit -Account $bindName)) }
    }
} else {
    $forest = Get-ADDomain
    # One controller for all of it: what was made is not everywhere at once.
    $server = $forest.PDCEmulator
    $bindName = "$BindAccount@$($forest.DNSRoot)"
    foreach ($place in $places) { Assert-HelpBotUnit -Unit $place.Unit -Server $server }
    if (-not $BindAccountPath) { $BindAccountPath = $forest.UsersContainer }
    $password = New-HelpBotPassword
    $made = New-HelpBotBindAccount -Name $BindAccount -Unit $BindAccountPath -Suffix $forest.DNSRoot -Password $password -Server $server -WhatIf:$WhatIfPreference
    if ($made) {
        Write-Step "Made the bind account $bindName. Nobody knows its password but the agent."
        $BindPassword = $password
    }
    $account = Get-ADUser -Filter "sAMAccountName -eq '$BindAccount'" -Server $server
    if ($account) {
        $bindSid = $account.SID
        foreach ($place in $places) {
            $given = @(Add-HelpBotGrant -Unit $place.Unit -Grants $place.Grants -Account $bindSid -AccountName "$($forest.NetBIOSName)\$BindAccount" -Server $server -WhatIf:$WhatIfPreference)
            foreach ($grant in $given) { Write-Step "In $($place.Unit), $BindAccount may now $($grant.WhatFor)." }
            $more = @(Get-HelpBotExcess -Unit $place.Unit -Grants $place.Grants -Account $bindSid -Server $server)
            if ($more.Count -gt 0) { Write-Warning "$BindAccount has $($more.Count) more entries in $($place.Unit) than it needs: dsacls `"$($place.Unit)`" shows them." }
        }
    } else {
        # Only with -WhatIf: the account would have been made by now.
        foreach ($place in $places) {
            foreach ($grant in $place.Grants) { Write-Step "In $($place.Unit), $BindAccount would be let $($grant.WhatFor) ($($grant.Entry))." }
        }
    }
}

$passwordFile = Join-Path $DataPath 'bind-password'
if ($null -eq $BindPassword -and -not (Test-Path -LiteralPath $passwordFile) -and -not $WhatIfPreference) {
    $BindPassword = Read-Host -Prompt "Password of the bind account $bindName" -AsSecureString
}
if ($null -ne $BindPassword) {
    Save-HelpBotSecret -Path $passwordFile -Secret $BindPassword -Service $service -WhatIf:$WhatIfPreference
    Write-Step "The bind password is in a file that only $ServiceAccount can read."
}

# Settings. They are yours once they are there.
$config = Join-Path $DataPath 'agent.yaml'
if (Test-Path -LiteralPath $config) {
    Write-Step "$config is there and stays as it is."
} else {
    $write = @($places | ForEach-Object { $_.Unit } | Select-Object -Unique)
    $settings = @{
        BotUrl = $BotUrl
        BotCa = $BotCa
        Proxy = $Proxy
        ControllerUrls = $DomainController
        ControllerCa = $ControllerCa
        BindName = $bindName
        Read = if ($ReadBase) { $ReadBase } else { $write }
        Write = $write
        Operations = $Operations
        NeverTouch = $NeverTouch
    }
    New-HelpBotConfiguration -Path $config -Settings $settings -WhatIf:$WhatIfPreference
    Write-Step "Wrote $config. Only these operations are allowed: $($Operations -join ', ')."
}

# The program, and what runs it.
Stop-HelpBotTask -TaskName $TaskName -InstallPath $InstallPath -WhatIf:$WhatIfPreference
Copy-HelpBotProgram -SourcePath $SourcePath -NodePath $NodePath -Destination (Join-Path $InstallPath 'app') -WhatIf:$WhatIfPreference
if ($PSCmdlet.ShouldProcess($InstallPath, 'copy Node and the script that the task runs')) {
    $null = New-Item -ItemType Directory -Path (Join-Path $InstallPath 'node') -Force
    Copy-Item -LiteralPath $NodePath -Destination (Join-Path $InstallPath 'node\node.exe') -Force
    Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'Start-HelpBotAgent.ps1') -Destination $InstallPath -Force
    # A mark of having been downloaded is copied too, and would keep it from being run.
    Unblock-File -LiteralPath (Join-Path $InstallPath 'Start-HelpBotAgent.ps1'), (Join-Path $InstallPath 'node\node.exe')
}
Register-HelpBotEventSource -WhatIf:$WhatIfPreference
if (-not $managed -and $null -eq $ServicePassword -and -not $WhatIfPreference) {
    $ServicePassword = Read-Host -Prompt "Password of $ServiceAccount" -AsSecureString
}
Register-HelpBotTask -TaskName $TaskName -ServiceAccount $ServiceAccount -Password $ServicePassword -InstallPath $InstallPath -DataPath $DataPath -WhatIf:$WhatIfPreference
$installation = @{
    TaskName = $TaskName
    InstallPath = $InstallPath
    ServiceAccount = $ServiceAccount
    ServiceSid = $service.Value
    BindAccount = $BindAccount
    BindSid = if ($bindSid) { $bindSid.Value } else { '' }
    BindAccountMade = [bool] $made
    UsersOU = @($UsersOU)
    GroupsOU = @($GroupsOU)
    LeaverOU = @($LeaverOU | Where-Object { $_ })
}
if (Test-Path -LiteralPath (Join-Path $DataPath 'installation.json')) {
    # What an earlier run gave has to be taken away some day, too.
    $earlier = Read-HelpBotInstallation -DataPath $DataPath
    $installation.BindAccountMade = $installation.BindAccountMade -or ($earlier.BindAccountMade -and $earlier.BindAccount -eq $BindAccount)
    foreach ($kind in 'UsersOU', 'GroupsOU', 'LeaverOU') {
        $installation[$kind] = @(@($installation[$kind]) + @($earlier.$kind) | Where-Object { $_ } | Select-Object -Unique)
    }
}
Save-HelpBotInstallation -DataPath $DataPath -Installation $installation -WhatIf:$WhatIfPreference
Write-Step "The task $TaskName runs the agent as $ServiceAccount. Nothing was opened in the firewall."

# Enrolment, as the account that runs the agent.
$common = @{ TaskName = $TaskName; InstallPath = $InstallPath; DataPath = $DataPath; Service = $service }
if ($EnrolAgain -or -not (Test-Path -LiteralPath (Join-Path $DataPath 'agent-data\identity.json'))) {
    if ($null -eq $EnrolmentCode -and -not $WhatIfPreference) {
        $EnrolmentCode = Read-Host -Prompt 'Enrolment code (npm run agents -- code, where the bot runs)' -AsSecureString
    }
    $enrolled = Invoke-HelpBotOrder @common -Order 'enrol' -Code $EnrolmentCode -WhatIf:$WhatIfPreference
    if ($enrolled) {
        foreach ($line in $enrolled.Lines) { Write-Step $line }
        if (-not $enrolled.Good) { throw 'The bot did not take this agent. What it said is above; make a new code and run this again.' }
    }
} else {
    Write-Step 'This agent belongs to a bot already.'
}

$doctor = Invoke-HelpBotOrder @common -Order 'doctor' -WhatIf:$WhatIfPreference
if ($doctor) { foreach ($line in $doctor.Lines) { Write-Step $line } }
Start-HelpBotTask -TaskName $TaskName -DataPath $DataPath -WhatIf:$WhatIfPreference
if ($doctor -and -not $doctor.Good) {
    throw 'The agent runs, and something that it needs is missing: see the lines above that begin with "missing".'
}
Write-Step 'Done.'
