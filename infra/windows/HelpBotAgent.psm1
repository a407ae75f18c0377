#Requires -Version 5.1
#Requires -PSEdition Desktop

<#
.SYNOPSIS
What installing, updating and removing the on-premises agent of HelpBot have in common.
.DESCRIPTION
Every function that changes something supports -WhatIf. None takes a password or a code as plain text.
#>

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$script:EventSource = 'HelpBot Agent'
$script:TaskPath = '\HelpBot\'
$script:Administrators = New-Object System.Security.Principal.SecurityIdentifier 'S-1-5-32-544'
$script:LocalSystem = New-Object System.Security.Principal.SecurityIdentifier 'S-1-5-18'

# Everything that the bind account is given beyond reading, and nothing more. One entry a line: on units of which kind, for which
# operations, how far down (S: what lies below; T: the unit and the units below it), what dsacls is told, and the same entry in SDDL
# (MS-DTYP 2.5.1.1), by which it is read back.
$script:Grants = @(
    @{ On = 'users'; Operations = 'reset-password'; Reach = 'S'; Entry = 'CA;Reset Password;user'; Ace = '(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'set a new password' }
    @{ On = 'users'; Operations = 'reset-password'; Reach = 'S'; Entry = 'RPWP;pwdLastSet;user'; Ace = '(OA;CIIO;RPWP;bf967a0a-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'have the password changed at the next sign-in' }
    @{ On = 'users'; Operations = 'unlock', 'reset-password'; Reach = 'S'; Entry = 'RPWP;lockoutTime;user'; Ace = '(OA;CIIO;RPWP;28630ebf-41d5-11d1-a9c1-0000f80367c1;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'unlock' }
    @{ On = 'users'; Operations = 'set-enabled'; Reach = 'S'; Entry = 'RPWP;userAccountControl;user'; Ace = '(OA;CIIO;RPWP;bf967a68-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'disable and enable' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;displayName;user'; Ace = '(OA;CIIO;RPWP;bf967953-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write displayName' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;givenName;user'; Ace = '(OA;CIIO;RPWP;f0f8ff8e-1191-11d0-a060-00aa006c33ed;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write givenName' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;sn;user'; Ace = '(OA;CIIO;RPWP;bf967a41-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write sn' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;title;user'; Ace = '(OA;CIIO;RPWP;bf967a55-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write title' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;department;user'; Ace = '(OA;CIIO;RPWP;bf96794f-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write department' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;company;user'; Ace = '(OA;CIIO;RPWP;f0f8ff88-1191-11d0-a060-00aa006c33ed;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write company' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;physicalDeliveryOfficeName;user'; Ace = '(OA;CIIO;RPWP;bf9679f7-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write physicalDeliveryOfficeName' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;telephoneNumber;user'; Ace = '(OA;CIIO;RPWP;bf967a49-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write telephoneNumber' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;mobile;user'; Ace = '(OA;CIIO;RPWP;f0f8ffa3-1191-11d0-a060-00aa006c33ed;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write mobile' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;description;user'; Ace = '(OA;CIIO;RPWP;bf967950-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write description' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;employeeID;user'; Ace = '(OA;CIIO;RPWP;bf967962-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write employeeID' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;manager;user'; Ace = '(OA;CIIO;RPWP;bf9679b5-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write manager' }
    @{ On = 'users'; Operations = 'set-attributes'; Reach = 'S'; Entry = 'RPWP;accountExpires;user'; Ace = '(OA;CIIO;RPWP;bf967915-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'write accountExpires' }
    @{ On = 'users'; Operations = 'create-user', 'move'; Reach = 'T'; Entry = 'CC;user'; Ace = '(OA;CI;CC;bf967aba-0de6-11d0-a285-00aa003049e2;;{account})'; WhatFor = 'create accounts, and move accounts here' }
    @{ On = 'users'; Operations = 'move'; Reach = 'S'; Entry = 'SD;;user'; Ace = '(OA;CIIO;SD;;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'move accounts away from here (the same right deletes them; the agent has no command that does)' }
    @{ On = 'users'; Operations = 'move'; Reach = 'S'; Entry = 'RPWP;name;user'; Ace = '(OA;CIIO;RPWP;bf967a0e-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'move accounts: write name, which a move does' }
    @{ On = 'users'; Operations = 'move'; Reach = 'S'; Entry = 'RPWP;cn;user'; Ace = '(OA;CIIO;RPWP;bf96793f-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'move accounts: write cn, which a move does' }
    @{ On = 'groups'; Operations = 'add-member', 'remove-member'; Reach = 'S'; Entry = 'RPWP;member;group'; Ace = '(OA;CIIO;RPWP;bf9679c0-0de6-11d0-a285-00aa003049e2;bf967a9c-0de6-11d0-a285-00aa003049e2;{account})'; WhatFor = 'add and remove members' }
)

# --- what is said -----------------------------------------------------------------------------------------------------

function Write-HelpBotLog {
    <#
    .SYNOPSIS
    Says what is done, and keeps it in install.log of the data folder once that is there: not in logs, where the account that runs the
    agent writes. Never given a secret.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Message,
        [Parameter(Mandatory)] [string] $DataPath,
        # With -WhatIf nothing was done, and nothing is kept of it.
        [switch] $WouldBe
    )
    Write-Information -MessageData "$(if ($WouldBe) { '(what if) ' })$Message" -InformationAction Continue
    if (-not $WouldBe -and (Test-Path -LiteralPath $DataPath)) {
        $line = '{0:u} {1} {2}' -f (Get-Date).ToUniversalTime(), [Environment]::UserName, $Message
        Add-Content -LiteralPath (Join-Path $DataPath 'install.log') -Value $line -Encoding UTF8
    }
}

function Invoke-HelpBotNative {
    <#
    .SYNOPSIS
    Runs a program and gives what it printed. Stops when it fails. For programs whose command line holds no secret.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Program,
        [Parameter(Mandatory)] [string[]] $Arguments,
        [int[]] $Good = @(0)
    )
    # Windows PowerShell makes an error of every line on standard error otherwise.
    $ErrorActionPreference = 'Continue'
    $said = & $Program @Arguments 2>&1 | ForEach-Object { "$_" }
    $ended = $LASTEXITCODE
    $ErrorActionPreference = 'Stop'
    if ($Good -notcontains $ended) {
        throw "$Program ended with $ended. It said: $(($said | Select-Object -Last 5) -join ' ')"
    }
    $said
}

# --- what must be there before ----------------------------------------------------------------------------------------

function Assert-HelpBotPrerequisite {
    <#
    .SYNOPSIS
    Stops with a sentence when something is missing on this machine. Changes nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $NodePath,
        [switch] $NeedsDirectory
    )
    $me = New-Object System.Security.Principal.WindowsPrincipal ([System.Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $me.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'Run this in a PowerShell that was started as administrator.'
    }
    if (-not (Test-Path -LiteralPath $NodePath -PathType Leaf)) {
        throw "There is no Node at $NodePath. Name node.exe of Node 24 with -NodePath, or put it into the folder node of the release."
    }
    $version = Invoke-HelpBotNative -Program $NodePath -Arguments '--version'
    if ("$version" -notmatch '^v(\d+)\.' -or [int] $Matches[1] -lt 24) {
        throw "$NodePath is $version. The agent needs Node 24 or newer."
    }
    if ($NeedsDirectory) {
        if (-not (Get-Module -ListAvailable -Name ActiveDirectory)) {
            throw 'The Active Directory module is missing: Install-WindowsFeature RSAT-AD-PowerShell, then run this again.'
        }
        Import-Module ActiveDirectory -Verbose:$false
        if (-not (Get-Command -Name 'dsacls.exe' -ErrorAction SilentlyContinue)) {
            throw 'dsacls.exe is missing: Install-WindowsFeature RSAT-ADDS-Tools, then run this again.'
        }
    }
}

function Assert-HelpBotUnit {
    <#
    .SYNOPSIS
    Stops when a unit is not there, or when whoever runs this may not give rights in it. Changes nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Unit,
        [Parameter(Mandatory)] [string] $Server
    )
    if ($Unit.Contains('"')) { throw "$Unit holds a quotation mark, which dsacls cannot be told: rename the unit." }
    try {
        $found = Get-ADObject -Identity $Unit -Server $Server -Properties 'objectClass', 'sDRightsEffective'
    } catch {
        throw "There is no $Unit on $Server, or you may not read it."
    }
    if ($found.objectClass -ne 'organizationalUnit') { throw "$Unit is no organizational unit. Rights are given in units only." }
    # DACL_SECURITY_INFORMATION (MS-ADTS 3.1.1.4.5.4)
    if (($found.sDRightsEffective -band 4) -eq 0) {
        throw "You may not give rights in $Unit. Run this as somebody who may, or with -SkipDirectory and have the shown commands run."
    }
}

function Resolve-HelpBotSid {
    <#
    .SYNOPSIS
    The SID of an account that is named as DOMAIN\name or name@domain.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Account)
    try {
        (New-Object System.Security.Principal.NTAccount $Account).Translate([System.Security.Principal.SecurityIdentifier])
    } catch {
        throw "There is no account $Account. Write DOMAIN\name; the name of a managed service account ends with a dollar sign."
    }
}

# --- files ------------------------------------------------------------------------------------------------------------

function New-HelpBotFolder {
    <#
    .SYNOPSIS
    Makes a folder that only administrators, the system and the account that runs the agent look into. Sets that again when it is there.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [System.Security.Principal.SecurityIdentifier] $Service,
        [Parameter(Mandatory)] [System.Security.AccessControl.FileSystemRights] $Rights
    )
    if (-not $PSCmdlet.ShouldProcess($Path, "make the folder; $Rights for the account that runs the agent")) { return }
    $folder = New-Item -ItemType Directory -Path $Path -Force
    $security = New-Object System.Security.AccessControl.DirectorySecurity
    $security.SetAccessRuleProtection($true, $false)
    # Without Delete the folder itself cannot be replaced by a link to somewhere else, into which an administrator would write then.
    $own = [System.Security.AccessControl.FileSystemRights] ([int] $Rights -band (-bnot [int] [System.Security.AccessControl.FileSystemRights]::Delete))
    $rules = @(
        , @($script:Administrators, 'FullControl', 'ContainerInherit, ObjectInherit', 'None')
        , @($script:LocalSystem, 'FullControl', 'ContainerInherit, ObjectInherit', 'None')
        , @($Service, $own, 'None', 'None')
        , @($Service, $Rights, 'ContainerInherit, ObjectInherit', 'InheritOnly')
    )
    foreach ($rule in $rules) {
        $security.AddAccessRule((New-Object System.Security.AccessControl.FileSystemAccessRule ($rule[0], $rule[1], $rule[2], $rule[3], 'Allow')))
    }
    $folder.SetAccessControl($security)
}

function Save-HelpBotSecret {
    <#
    .SYNOPSIS
    Writes a secret into a new file that only the account that runs the agent can read. Administrators can replace and remove it.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [securestring] $Secret,
        [Parameter(Mandatory)] [System.Security.Principal.SecurityIdentifier] $Service
    )
    if (-not $PSCmdlet.ShouldProcess($Path, 'write a secret that only the account that runs the agent can read')) { return }
    if ($Secret.Length -eq 0) { throw 'The password or code is empty.' }
    $security = New-Object System.Security.AccessControl.FileSecurity
    $security.SetAccessRuleProtection($true, $false)
    foreach ($rule in @(@($Service, 'Read, Delete'), @($script:Administrators, 'Write, Delete, ReadAttributes, ReadPermissions, ChangePermissions'))) {
        $security.AddAccessRule((New-Object System.Security.AccessControl.FileSystemAccessRule ($rule[0], $rule[1], 'Allow')))
    }
    if (Test-Path -LiteralPath $Path) { Remove-Item -LiteralPath $Path -Force }
    # Bytes that can be wiped; a string would stay in memory until it is collected.
    $pointer = [System.Runtime.InteropServices.Marshal]::SecureStringToBSTR($Secret)
    $letters = New-Object char[] $Secret.Length
    $bytes = $null
    # From its first moment nobody else can open it.
    $file = New-Object System.IO.FileStream ($Path, [System.IO.FileMode]::CreateNew, [System.Security.AccessControl.FileSystemRights]::Write, [System.IO.FileShare]::None, 4096, [System.IO.FileOptions]::WriteThrough, $security)
    try {
        [System.Runtime.InteropServices.Marshal]::Copy($pointer, $letters, 0, $letters.Length)
        $bytes = (New-Object System.Text.UTF8Encoding $false).GetBytes($letters)
        $file.Write($bytes, 0, $bytes.Length)
    } finally {
        $file.Dispose()
        [System.Runtime.InteropServices.Marshal]::ZeroFreeBSTR($pointer)
        [Array]::Clear($letters, 0, $letters.Length)
        if ($null -ne $bytes) { [Array]::Clear($bytes, 0, $bytes.Length) }
    }
}

function New-HelpBotPassword {
    <#
    .SYNOPSIS
    A password that nobody knows and nobody types: 240 bits.
    #>
    [CmdletBinding()]
    param()
    $bytes = New-Object byte[] 30
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    $random.GetBytes($bytes)
    $random.Dispose()
    $password = New-Object securestring
    # One of each kind, whatever the draw was.
    foreach ($letter in ('aA1-' + [Convert]::ToBase64String($bytes)).ToCharArray()) { $password.AppendChar($letter) }
    $password.MakeReadOnly()
    $password
}

function ConvertTo-HelpBotYaml {
    <#
    .SYNOPSIS
    A text as YAML has it between single quotation marks: nothing in it means anything.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Text)
    if ($Text -match '[\r\n]') { throw 'A setting holds a line break.' }
    "'" + $Text.Replace("'", "''") + "'"
}

function New-HelpBotConfiguration {
    <#
    .SYNOPSIS
    Writes agent.yaml. The account that runs the agent may read it and not change it: the policy in it is yours alone.
    .PARAMETER Settings
    BotUrl, BotCa, Proxy, ControllerUrls, ControllerCa, BindName, Read, Write, Operations, NeverTouch.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [hashtable] $Settings
    )
    $lines = New-Object System.Collections.Generic.List[string]
    $list = {
        param($name, $values)
        if (@($values).Count -eq 0) { $lines.Add("  ${name}: []"); return }
        $lines.Add("  ${name}:")
        foreach ($value in @($values)) { $lines.Add("    - $(ConvertTo-HelpBotYaml $value)") }
    }
    $lines.Add('# The settings of this agent; infra/agent.example.yaml explains each. The bot cannot change anything here.')
    $lines.Add('# After a change run Update-HelpBotAgent.ps1 -Restart, which looks at everything again.')
    $lines.Add('bot:')
    $lines.Add("  url: $(ConvertTo-HelpBotYaml $Settings.BotUrl)")
    if ($Settings.BotCa) { $lines.Add("  ca: $(ConvertTo-HelpBotYaml $Settings.BotCa)") }
    if ($Settings.Proxy) { $lines.Add("  proxy: $(ConvertTo-HelpBotYaml $Settings.Proxy)") }
    $lines.Add("data: './agent-data'")
    $lines.Add('directory:')
    & $list 'urls' $Settings.ControllerUrls
    if ($Settings.ControllerCa) { $lines.Add("  ca: $(ConvertTo-HelpBotYaml $Settings.ControllerCa)") }
    $lines.Add('  bind:')
    $lines.Add("    name: $(ConvertTo-HelpBotYaml $Settings.BindName)")
    $lines.Add("    passwordFile: './bind-password'")
    $lines.Add('policy:')
    & $list 'read' $Settings.Read
    & $list 'write' $Settings.Write
    & $list 'operations' $Settings.Operations
    & $list 'neverTouch' $Settings.NeverTouch
    $lines.Add('  perHour:')
    foreach ($operation in $Settings.Operations) { $lines.Add("    ${operation}: 60") }
    $lines.Add('    all: 200')
    if ($PSCmdlet.ShouldProcess($Path, 'write the settings of the agent')) {
        [System.IO.File]::WriteAllLines($Path, $lines, (New-Object System.Text.UTF8Encoding $false))
    }
}

# --- the bind account and its rights ------------------------------------------------------------------------------------

function New-HelpBotBindAccount {
    <#
    .SYNOPSIS
    Makes the account that the agent binds with: a plain user, in no group but Domain Users. Takes the one that is there.
    .OUTPUTS
    Whether it was made now.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [string] $Unit,
        [Parameter(Mandatory)] [string] $Suffix,
        [Parameter(Mandatory)] [securestring] $Password,
        [Parameter(Mandatory)] [string] $Server
    )
    if ($Name -notmatch '^[A-Za-z0-9._-]{1,20}$') { throw "$Name cannot be the name of the bind account: letters, digits, dots and dashes, 20 at most." }
    if (Get-ADUser -Filter "sAMAccountName -eq '$Name'" -Server $Server) { return $false }
    if (-not $PSCmdlet.ShouldProcess("$Name in $Unit", 'make the bind account')) { return $false }
    $account = @{
        Name = $Name
        SamAccountName = $Name
        UserPrincipalName = "$Name@$Suffix"
        Path = $Unit
        Description = 'HelpBot: the on-premises agent binds with it. Its rights stand in the units it was given.'
        AccountPassword = $Password
        Enabled = $true
        PasswordNeverExpires = $true
        CannotChangePassword = $true
        AccountNotDelegated = $true
        Server = $Server
    }
    New-ADUser @account
    $true
}

function Get-HelpBotGrant {
    <#
    .SYNOPSIS
    The entries of the table for units of users or of groups: those that these operations need.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [ValidateSet('users', 'groups')] [string] $On,
        # All of them when it is left out.
        [string[]] $Operations,
        # A unit that accounts are only moved to.
        [switch] $OnlyTarget
    )
    $script:Grants | Where-Object {
        $grant = $_
        $grant.On -eq $On -and
        ($null -eq $Operations -or @($grant.Operations | Where-Object { $Operations -contains $_ }).Count -gt 0) -and
        (-not $OnlyTarget -or $grant.Entry -eq 'CC;user')
    }
}

function Get-HelpBotGrantCommand {
    <#
    .SYNOPSIS
    The command that gives one entry, for somebody else to run.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [hashtable] $Grant,
        [Parameter(Mandatory)] [string] $Unit,
        [Parameter(Mandatory)] [string] $Account
    )
    'dsacls "{0}" /I:{1} /G "{2}:{3}"' -f $Unit, $Grant.Reach, $Account, $Grant.Entry
}

function ConvertTo-HelpBotAce {
    <#
    .SYNOPSIS
    An entry of the table, for one account, as it stands in an access control list.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [hashtable] $Grant,
        [Parameter(Mandatory)] [System.Security.Principal.SecurityIdentifier] $Account
    )
    $descriptor = New-Object System.Security.AccessControl.RawSecurityDescriptor ('D:' + $Grant.Ace.Replace('{account}', $Account.Value))
    $descriptor.DiscretionaryAcl[0]
}

function Read-HelpBotAcl {
    <#
    .SYNOPSIS
    The access control list of a unit, as a RawSecurityDescriptor.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Unit,
        [Parameter(Mandatory)] [string] $Server
    )
    $security = (Get-ADObject -Identity $Unit -Server $Server -Properties nTSecurityDescriptor).nTSecurityDescriptor
    New-Object System.Security.AccessControl.RawSecurityDescriptor ($security.GetSecurityDescriptorBinaryForm(), 0)
}

function Test-HelpBotAce {
    <#
    .SYNOPSIS
    Whether an entry of a list is about the same account, object, class and reach, and holds at least these rights.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] $Entry,
        [Parameter(Mandatory)] [System.Security.AccessControl.ObjectAce] $Wanted
    )
    $reach = [System.Security.AccessControl.AceFlags] 'ContainerInherit, InheritOnly, Inherited'
    $Entry -is [System.Security.AccessControl.ObjectAce] -and
    $Entry.AceType -eq $Wanted.AceType -and
    $Entry.SecurityIdentifier -eq $Wanted.SecurityIdentifier -and
    $Entry.ObjectAceType -eq $Wanted.ObjectAceType -and
    $Entry.InheritedObjectAceType -eq $Wanted.InheritedObjectAceType -and
    ($Entry.AceFlags -band $reach) -eq ($Wanted.AceFlags -band $reach) -and
    ($Entry.AccessMask -band $Wanted.AccessMask) -eq $Wanted.AccessMask
}

function Add-HelpBotGrant {
    <#
    .SYNOPSIS
    Gives the entries that are not there yet, one dsacls each, reads the list back, and stops when one is not in it.
    .OUTPUTS
    The entries that were given now.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $Unit,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [hashtable[]] $Grants,
        [Parameter(Mandatory)] [System.Security.Principal.SecurityIdentifier] $Account,
        [Parameter(Mandatory)] [string] $AccountName,
        [Parameter(Mandatory)] [string] $Server
    )
    $before = Read-HelpBotAcl -Unit $Unit -Server $Server
    $given = @(
        foreach ($grant in $Grants) {
            $wanted = ConvertTo-HelpBotAce -Grant $grant -Account $Account
            if (@($before.DiscretionaryAcl | Where-Object { Test-HelpBotAce -Entry $_ -Wanted $wanted }).Count -gt 0) { continue }
            if (-not $PSCmdlet.ShouldProcess($Unit, "let $AccountName $($grant.WhatFor) ($($grant.Entry))")) { continue }
            $null = Invoke-HelpBotNative -Program 'dsacls.exe' -Arguments "\\$Server\$Unit", "/I:$($grant.Reach)", '/G', "${AccountName}:$($grant.Entry)"
            $grant
        }
    )
    if ($given.Count -eq 0) { return }
    $after = Read-HelpBotAcl -Unit $Unit -Server $Server
    foreach ($grant in $given) {
        $wanted = ConvertTo-HelpBotAce -Grant $grant -Account $Account
        if (@($after.DiscretionaryAcl | Where-Object { Test-HelpBotAce -Entry $_ -Wanted $wanted }).Count -eq 0) {
            throw "dsacls said it let $AccountName $($grant.WhatFor) in $Unit, and the entry is not there: $($grant.Ace)"
        }
    }
    $given
}

function Get-HelpBotExcess {
    <#
    .SYNOPSIS
    Entries that the account has in a unit of its own, and that are not in the table: more than it needs.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Unit,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [hashtable[]] $Grants,
        [Parameter(Mandatory)] [System.Security.Principal.SecurityIdentifier] $Account,
        [Parameter(Mandatory)] [string] $Server
    )
    $wanted = @($Grants | ForEach-Object { ConvertTo-HelpBotAce -Grant $_ -Account $Account })
    (Read-HelpBotAcl -Unit $Unit -Server $Server).DiscretionaryAcl | Where-Object {
        $entry = $_
        $entry -is [System.Security.AccessControl.QualifiedAce] -and
        $entry.SecurityIdentifier -eq $Account -and
        -not $entry.IsInherited -and
        @($wanted | Where-Object { (Test-HelpBotAce -Entry $entry -Wanted $_) -and $entry.AccessMask -eq $_.AccessMask }).Count -eq 0
    }
}

function Remove-HelpBotGrant {
    <#
    .SYNOPSIS
    Takes away exactly these entries of one account in a unit. What else it was given stays.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $Unit,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [hashtable[]] $Grants,
        [Parameter(Mandatory)] [System.Security.Principal.SecurityIdentifier] $Account,
        [Parameter(Mandatory)] [string] $Server
    )
    $security = (Get-ADObject -Identity $Unit -Server $Server -Properties nTSecurityDescriptor).nTSecurityDescriptor
    $descriptor = New-Object System.Security.AccessControl.RawSecurityDescriptor ($security.GetSecurityDescriptorBinaryForm(), 0)
    $list = $descriptor.DiscretionaryAcl
    foreach ($grant in $Grants) {
        $wanted = ConvertTo-HelpBotAce -Grant $grant -Account $Account
        for ($index = $list.Count - 1; $index -ge 0; $index--) {
            if (-not (Test-HelpBotAce -Entry $list[$index] -Wanted $wanted)) { continue }
            $rest = $list[$index].AccessMask -band (-bnot $wanted.AccessMask)
            if ($rest -eq 0) { $list.RemoveAce($index) } else { $list[$index].AccessMask = $rest }
        }
    }
    if (-not $PSCmdlet.ShouldProcess($Unit, "take away $(@($Grants).Count) entries of $($Account.Value)")) { return }
    $bytes = New-Object byte[] $descriptor.BinaryLength
    $descriptor.GetBinaryForm($bytes, 0)
    $security.SetSecurityDescriptorBinaryForm($bytes, [System.Security.AccessControl.AccessControlSections]::Access)
    Set-ADObject -Identity $Unit -Server $Server -Replace @{ nTSecurityDescriptor = $security }
}

# --- the task that runs it ----------------------------------------------------------------------------------------------

function Register-HelpBotTask {
    <#
    .SYNOPSIS
    Registers the task that starts the agent with the machine and again within a minute of its end. It is not started yet.
    .PARAMETER Password
    Of the account, where it is not a managed one.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $TaskName,
        [Parameter(Mandatory)] [string] $ServiceAccount,
        [securestring] $Password,
        [Parameter(Mandatory)] [string] $InstallPath,
        [Parameter(Mandatory)] [string] $DataPath
    )
    if (-not $PSCmdlet.ShouldProcess("$script:TaskPath$TaskName", "register the task, as $ServiceAccount")) { return }
    $script = Join-Path $InstallPath 'Start-HelpBotAgent.ps1'
    $shell = Join-Path $env:SystemRoot 'System32\WindowsPowerShell\v1.0\powershell.exe'
    $arguments = '-NoProfile -NonInteractive -ExecutionPolicy RemoteSigned -File "{0}" -InstallPath "{1}" -DataPath "{2}"' -f $script, $InstallPath, $DataPath
    $every = New-ScheduledTaskTrigger -Once -At (Get-Date).AddMinutes(-1) -RepetitionInterval (New-TimeSpan -Minutes 1)
    $settings = @{
        # The trigger of every minute does nothing while it runs: so it is started again when it ended, whatever ended it.
        MultipleInstances = 'IgnoreNew'
        ExecutionTimeLimit = [TimeSpan]::Zero
        StartWhenAvailable = $true
        AllowStartIfOnBatteries = $true
        DontStopIfGoingOnBatteries = $true
        Disable = $true
    }
    $task = @{
        TaskPath = $script:TaskPath
        TaskName = $TaskName
        Action = New-ScheduledTaskAction -Execute $shell -Argument $arguments -WorkingDirectory $DataPath
        Trigger = @((New-ScheduledTaskTrigger -AtStartup), $every)
        Settings = New-ScheduledTaskSettingsSet @settings
        Description = 'HelpBot: the on-premises agent. Dials out to the bot; listens on no port.'
        Force = $true
    }
    if ($ServiceAccount.EndsWith('$')) {
        $principal = New-ScheduledTaskPrincipal -UserId $ServiceAccount -LogonType Password -RunLevel Limited
        $null = Register-ScheduledTask @task -Principal $principal
        return
    }
    if ($null -eq $Password) { throw "The password of $ServiceAccount is needed, for it is no managed service account." }
    # The cmdlet takes it as text, in this process; it stands on no command line.
    $credential = New-Object System.Management.Automation.PSCredential ($ServiceAccount, $Password)
    $task.User = $ServiceAccount
    $task.Password = $credential.GetNetworkCredential().Password
    $task.RunLevel = 'Limited'
    $null = Register-ScheduledTask @task
}

function Start-HelpBotTask {
    <#
    .SYNOPSIS
    Lets the task run and starts it. Stops with a sentence when it does not run ten seconds later.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $TaskName,
        [Parameter(Mandatory)] [string] $DataPath
    )
    if (-not $PSCmdlet.ShouldProcess("$script:TaskPath$TaskName", 'start the agent')) { return }
    $null = Enable-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName
    Start-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName
    Start-Sleep -Seconds 10
    $state = (Get-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName).State
    if ("$state" -ne 'Running') {
        $result = (Get-ScheduledTaskInfo -TaskPath $script:TaskPath -TaskName $TaskName).LastTaskResult
        throw ('The agent does not run (0x{0:X8}). See agent.log in {1}. 0x80070569 means: its account lacks "Log on as a batch job".' -f $result, (Join-Path $DataPath 'logs'))
    }
}

function Stop-HelpBotTask {
    <#
    .SYNOPSIS
    Ends the agent and keeps it from being started again. Its journal is made for being ended at any moment.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $TaskName,
        [Parameter(Mandatory)] [string] $InstallPath
    )
    if (-not (Get-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName -ErrorAction SilentlyContinue)) { return }
    if (-not $PSCmdlet.ShouldProcess("$script:TaskPath$TaskName", 'stop the agent')) { return }
    $null = Disable-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName
    Stop-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName
    # Node is the child of the script that the task runs; only ours, told by where its program lies.
    $node = Join-Path $InstallPath 'node\node.exe'
    for ($second = 0; $second -lt 15; $second++) {
        $left = @(Get-CimInstance -ClassName Win32_Process -Filter "Name = 'node.exe'" | Where-Object { $_.ExecutablePath -eq $node })
        if ($left.Count -eq 0) { return }
        if ($second -eq 5) { $left | ForEach-Object { Stop-Process -Id $_.ProcessId -Force } }
        Start-Sleep -Seconds 1
    }
    throw "A process of the agent does not end: $($left.ProcessId -join ', ')."
}

function Unregister-HelpBotTask {
    <#
    .SYNOPSIS
    Removes the task.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [string] $TaskName)
    if (-not (Get-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName -ErrorAction SilentlyContinue)) { return }
    if ($PSCmdlet.ShouldProcess("$script:TaskPath$TaskName", 'remove the task')) {
        Unregister-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName -Confirm:$false
    }
}

function Invoke-HelpBotOrder {
    <#
    .SYNOPSIS
    Has the task do one thing in place of running the agent: doctor or enrol. So it is done by the account that runs the agent, with
    what that account may read. The agent is stopped before and afterwards.
    .PARAMETER Code
    The enrolment code. It lies in a file that only that account can read, until it has read it.
    .OUTPUTS
    Lines: what it said. Good: whether it went well.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [ValidateSet('doctor', 'enrol')] [string] $Order,
        [securestring] $Code,
        [Parameter(Mandatory)] [string] $TaskName,
        [Parameter(Mandatory)] [string] $InstallPath,
        [Parameter(Mandatory)] [string] $DataPath,
        [Parameter(Mandatory)] [System.Security.Principal.SecurityIdentifier] $Service
    )
    if (-not $PSCmdlet.ShouldProcess("$script:TaskPath$TaskName", "have it do once: $Order")) { return }
    Stop-HelpBotTask -TaskName $TaskName -InstallPath $InstallPath -WhatIf:$false
    $orders = Join-Path $DataPath 'orders'
    $codeFile = Join-Path $orders 'code'
    $answer = Join-Path $orders 'answer'
    Remove-Item -Path (Join-Path $orders '*') -Force
    try {
        if ($null -ne $Code) { Save-HelpBotSecret -Path $codeFile -Secret $Code -Service $Service -WhatIf:$false }
        Set-Content -LiteralPath (Join-Path $orders 'order') -Value $Order -Encoding Ascii
        $null = Enable-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName
        Start-ScheduledTask -TaskPath $script:TaskPath -TaskName $TaskName
        for ($second = 0; $second -lt 180 -and -not (Test-Path -LiteralPath $answer); $second++) { Start-Sleep -Seconds 1 }
        if (-not (Test-Path -LiteralPath $answer)) {
            throw "The task did not carry out $Order within three minutes. See $(Join-Path $DataPath 'logs'), and whether its account may log on as a batch job."
        }
        $said = @(Get-Content -LiteralPath $answer -Encoding UTF8)
    } finally {
        Stop-HelpBotTask -TaskName $TaskName -InstallPath $InstallPath -WhatIf:$false
        Remove-Item -Path (Join-Path $orders '*') -Force
    }
    [pscustomobject] @{
        Lines = @($said | Select-Object -SkipLast 1)
        Good = $said.Count -gt 0 -and $said[-1] -eq 'exit 0'
    }
}

# --- the program ----------------------------------------------------------------------------------------------------------

function Copy-HelpBotProgram {
    <#
    .SYNOPSIS
    Copies what the agent needs of a release, and Node, into a folder. Program Files lets everybody read it and nobody change it.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $SourcePath,
        [Parameter(Mandatory)] [string] $NodePath,
        [Parameter(Mandatory)] [string] $Destination
    )
    foreach ($needed in 'agent\main.ts', 'node_modules', 'package.json', 'infra\windows\Start-HelpBotAgent.ps1') {
        if (-not (Test-Path -LiteralPath (Join-Path $SourcePath $needed))) {
            throw "$SourcePath is no release of HelpBot: $needed is missing. Run npm ci there first."
        }
    }
    if (-not $PSCmdlet.ShouldProcess($Destination, "copy the program from $SourcePath")) { return }
    $null = New-Item -ItemType Directory -Path $Destination -Force
    foreach ($folder in 'agent', 'node_modules') {
        # Below 8 robocopy did what it was asked to.
        $null = Invoke-HelpBotNative -Program 'robocopy.exe' -Arguments (Join-Path $SourcePath $folder), (Join-Path $Destination $folder), '/MIR', '/NFL', '/NDL', '/NJH', '/NJS', '/NP', '/R:2', '/W:2' -Good (0..7)
    }
    Copy-Item -LiteralPath (Join-Path $SourcePath 'package.json') -Destination $Destination -Force
}

function Register-HelpBotEventSource {
    <#
    .SYNOPSIS
    Lets the agent's starts and ends be written into the Application log.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param()
    if ([System.Diagnostics.EventLog]::SourceExists($script:EventSource)) { return }
    if ($PSCmdlet.ShouldProcess($script:EventSource, 'register the source of events')) {
        New-EventLog -LogName Application -Source $script:EventSource
    }
}

function Unregister-HelpBotEventSource {
    <#
    .SYNOPSIS
    Removes the source of events. What was written stays in the log.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param()
    if (-not [System.Diagnostics.EventLog]::SourceExists($script:EventSource)) { return }
    if ($PSCmdlet.ShouldProcess($script:EventSource, 'remove the source of events')) {
        Remove-EventLog -Source $script:EventSource
    }
}

# --- what was installed ---------------------------------------------------------------------------------------------------

function Save-HelpBotInstallation {
    <#
    .SYNOPSIS
    Keeps what was installed and given, for updating and removing. Holds no secret.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $DataPath,
        [Parameter(Mandatory)] [hashtable] $Installation
    )
    if ($PSCmdlet.ShouldProcess($DataPath, 'write down what was installed')) {
        ConvertTo-Json -InputObject $Installation -Depth 5 | Set-Content -LiteralPath (Join-Path $DataPath 'installation.json') -Encoding UTF8
    }
}

function Read-HelpBotInstallation {
    <#
    .SYNOPSIS
    What was installed; stops when nothing was.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $DataPath)
    $file = Join-Path $DataPath 'installation.json'
    if (-not (Test-Path -LiteralPath $file)) { throw "No agent was installed with data in $DataPath. Name another folder with -DataPath." }
    Get-Content -LiteralPath $file -Raw -Encoding UTF8 | ConvertFrom-Json
}

Export-ModuleMember -Function '*-HelpBot*'
